package io.selfcascade.platform.batch;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.NewItem;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.intake.FileUploads;
import io.selfcascade.platform.intake.IntakeLimits;
import io.selfcascade.platform.intake.ItemParser;
import io.selfcascade.platform.intake.RawItem;
import io.selfcascade.platform.intake.Workload;
import io.selfcascade.platform.intake.Workloads;
import io.selfcascade.platform.report.ResultDocuments;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Clock;
import java.util.UUID;
import org.springframework.batch.core.configuration.annotation.StepScope;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.partition.PartitionStep;
import org.springframework.batch.core.repository.ExecutionContextSerializer;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.dao.JacksonExecutionContextStringSerializer;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.support.transaction.ResourcelessTransactionManager;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Wires the job {@code cascadeGeneration(workload_id, generation)}: ingest, generate, finalize, notify.
 *
 * <p>Steps are singletons; only what reads one workload's lines is made anew for each execution.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(BatchProperties.class)
class BatchConfiguration {

    private static final String WORKLOAD = "#{jobParameters['" + ConductedRuns.WORKLOAD + "']}";
    private static final int LINES_PER_CHUNK = 1_000;

    /** Restart points as JSON: nothing read from the database is ever deserialized into arbitrary classes. */
    @Bean
    ExecutionContextSerializer executionContextSerializer() {
        return new JacksonExecutionContextStringSerializer();
    }

    @Bean
    ConductedRuns conductedRuns() {
        return new ConductedRuns();
    }

    @Bean
    Conductor conductor(BatchProperties properties, RunLedger runs, ItemLedger items, ConductedRuns conducted,
            JdbcClient jdbc, PlatformTransactionManager transactions, JobRepository repository, JobOperator operator,
            Job cascadeGeneration, Environment environment) {
        String name = "coordinator-" + ProcessHandle.current().pid() + "-" + UUID.randomUUID();
        JobRepair repair = new JobRepair(jdbc, runs, new TransactionTemplate(transactions));
        // The embedded servers run behind the lock of their folder: whoever has it is the only coordinator.
        boolean alone = environment.getProperty("selfcascade.embedded.enabled", Boolean.class, true);
        return new Conductor(
                name, alone, properties, runs, items, conducted, repair, repository, operator, cascadeGeneration);
    }

    @Bean
    Job cascadeGeneration(JobRepository repository, Step ingest, Step generate, Step finalizeRun, Step notifyRun) {
        return new JobBuilder("cascadeGeneration", repository)
                .start(ingest).next(generate).next(finalizeRun).next(notifyRun).build();
    }

    @Bean
    Step ingest(JobRepository repository, PlatformTransactionManager transactions, ItemLineReader reader,
            ItemLineProcessor processor, LedgerItemWriter writer, ConductedRuns conducted, RunLedger runs) {
        return new StepBuilder("ingest", repository).<RawItem, NewItem>chunk(LINES_PER_CHUNK)
                .transactionManager(transactions)
                .reader(reader).processor(processor).writer(writer)
                .interruptionPolicy(new StopWhenAsked(conducted, runs))
                .build();
    }

    @Bean
    @StepScope
    ItemLineReader itemLineReader(@Value(WORKLOAD) String workload, ConductedRuns conducted, Workloads workloads,
            RunLedger runs, ArtifactStore store, IntakeLimits limits) {
        return new ItemLineReader(conducted.of(workload), require(workloads, workload), runs, store, limits);
    }

    @Bean
    @StepScope
    ItemLineProcessor itemLineProcessor(
            @Value(WORKLOAD) String workload, Workloads workloads, ItemParser parser, FileUploads uploads) {
        return new ItemLineProcessor(require(workloads, workload), parser, uploads);
    }

    @Bean
    @StepScope
    LedgerItemWriter ledgerItemWriter(
            @Value(WORKLOAD) String workload, ConductedRuns conducted, RunLedger runs, ItemLedger items) {
        return new LedgerItemWriter(conducted.of(workload), runs, items);
    }

    @Bean
    Step generate(JobRepository repository, ConductedRuns conducted, RunLedger runs, ItemLedger items,
            Workloads workloads, JdbcClient jdbc, BatchProperties properties, Clock clock) {
        PartitionStep step = new PartitionStep(repository);
        step.setName("generate");
        step.setStepExecutionSplitter(new PartitionPlan(repository, conducted, runs, items));
        step.setPartitionHandler(new LedgerPartitionHandler(
                conducted, runs, items, new Deadlines(workloads, jdbc), repository, properties, clock));
        return step;
    }

    @Bean
    Step finalizeRun(JobRepository repository, ConductedRuns conducted, RunLedger runs, ItemLedger items,
            ResultDocuments documents, ArtifactStore store) {
        FinalizeTasklet tasklet = new FinalizeTasklet(conducted, runs, items, documents, store);
        return new StepBuilder("finalize", repository).tasklet(tasklet, new ResourcelessTransactionManager()).build();
    }

    @Bean
    Step notifyRun(JobRepository repository, ConductedRuns conducted, RunLedger runs, ItemLedger items, JdbcClient jdbc,
            PlatformTransactionManager transactions) {
        NotifyTasklet tasklet = new NotifyTasklet(conducted, runs, items, jdbc, new TransactionTemplate(transactions));
        return new StepBuilder("notify", repository).tasklet(tasklet, new ResourcelessTransactionManager()).build();
    }

    private static Workload require(Workloads workloads, String id) {
        return workloads.findById(UUID.fromString(id)).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find workload: " + id + " (was it deleted?)"));
    }
}
