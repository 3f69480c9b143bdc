package io.selfcascade.bench.platform;

import io.selfcascade.platform.embedded.EmbeddedPostgresServer;
import io.selfcascade.testing.JavaProcess;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.serialization.LongSerializer;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.support.TaskExecutorJobOperator;
import org.springframework.batch.core.configuration.support.MapJobRegistry;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.support.IteratorItemReader;
import org.springframework.batch.integration.partition.RemotePartitioningManagerStepBuilder;
import org.springframework.batch.integration.partition.StepExecutionRequest;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.task.SyncTaskExecutor;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.context.IntegrationFlowContext;
import org.springframework.integration.kafka.dsl.Kafka;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;

/**
 * Spring Batch's own remote partitioning over Kafka, on the same servers: this process is the manager, {@link RemoteWorker} the
 * worker. Equal work: a row per item, a row per attempt, a digest as its result. Its settings are the platform's where there
 * is one of the kind: ingest in chunks of 1,000, partitions of max(500, items / 200), 4 consumers, 64 items in one transaction,
 * the repository asked every 500 ms.
 */
final class RemotePartitioning {

    private static final String DATABASE = "baseline";
    private static final int LINES_PER_CHUNK = 1_000;
    private static final int MOST_PARTITIONS = 200;
    private static final int LEAST_ITEMS = 500;
    private static final long POLL_MILLIS = 500;

    private final Installation installation;

    RemotePartitioning(Installation installation) {
        this.installation = installation;
    }

    /** A warm-up, then the measured job. @return items a second, from the start of the job to its end */
    double itemsPerSecond(int warmUp, int items) throws Exception {
        String url = installation.createDatabase(DATABASE);
        String password = installation.password();
        try (RemoteSteps steps = RemoteSteps.open(url, EmbeddedPostgresServer.USERNAME, password);
                Admin admin = Admin.create(Map.of("bootstrap.servers", installation.bootstrapServers))) {
            new ResourceDatabasePopulator(new ClassPathResource("db/migration/V1__spring_batch.sql")).execute(steps.dataSource());
            steps.jdbc().sql("""
                    CREATE TABLE baseline_item (id bigint PRIMARY KEY, spec jsonb NOT NULL, seed bigint NOT NULL,
                      state text NOT NULL DEFAULT 'ready', result_sha256 bytea);
                    CREATE TABLE baseline_attempt (item_id bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), state text NOT NULL, PRIMARY KEY (item_id, at))
                    """).update();
            admin.createTopics(List.of(new NewTopic(RemoteSteps.TOPIC, RemoteSteps.WORKERS, (short) 1))).all().get();
            try (JavaProcess worker = JavaProcess.start("remote-worker", installation.folder, List.of("-Xmx256m"), RemoteWorker.class,
                    List.of(installation.bootstrapServers, url, EmbeddedPostgresServer.USERNAME, password));
                    AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(Channels.class)) {
                DirectChannel requests = requests(context);
                run(steps, context, requests, 0, warmUp);
                double seconds = run(steps, context, requests, warmUp, items);
                check(steps, warmUp + items);
                return items / seconds;
            }
        }
    }

    /** @return seconds */
    private static double run(RemoteSteps steps, AnnotationConfigApplicationContext context, DirectChannel requests, int from, int items)
            throws Exception {
        TaskExecutorJobOperator operator = new TaskExecutorJobOperator();
        operator.setJobRepository(steps.repository());
        operator.setJobRegistry(new MapJobRegistry());
        operator.setTaskExecutor(new SyncTaskExecutor());
        operator.afterPropertiesSet();
        Job job = new JobBuilder("baseline", steps.repository())
                .start(ingest(steps, from, items)).next(generate(steps, context, requests, from, items)).build();
        long start = System.nanoTime();
        JobExecution ended = operator.start(job, new JobParametersBuilder().addLong("from", (long) from).toJobParameters());
        if (ended.getStatus() != BatchStatus.COMPLETED) {
            throw new AssertionError("Remote partitioning: " + ended + ended.getAllFailureExceptions());
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static Step ingest(RemoteSteps steps, int from, int items) {
        return new StepBuilder("ingest", steps.repository()).<Long, Long>chunk(LINES_PER_CHUNK)
                .transactionManager(steps.transactions())
                .reader(new IteratorItemReader<>(IntStream.range(from, from + items).mapToObj(Long::valueOf).iterator()))
                .writer(chunk -> steps.jdbc().sql("""
                        INSERT INTO baseline_item (id, spec, seed)
                        SELECT id, '{"prompt": "a red circle and a blue square"}', id FROM unnest(:ids) AS s(id)
                        """).param("ids", chunk.getItems().toArray(Long[]::new)).update())
                .build();
    }

    private static Step generate(RemoteSteps steps, AnnotationConfigApplicationContext context, DirectChannel requests, int from, int items) {
        return new RemotePartitioningManagerStepBuilder("generate", steps.repository())
                .partitioner(RemoteSteps.STEP, grid -> partitions(from, items))
                .gridSize(1)
                .outputChannel(requests)
                .pollInterval(POLL_MILLIS)
                .beanFactory(context)
                .build();
    }

    private static Map<String, ExecutionContext> partitions(int from, int items) {
        int size = Math.max(LEAST_ITEMS, (items + MOST_PARTITIONS - 1) / MOST_PARTITIONS);
        Map<String, ExecutionContext> partitions = new HashMap<>();
        for (int first = from; first < from + items; first += size) {
            ExecutionContext range = new ExecutionContext();
            range.putLong(RemoteSteps.FROM, first);
            range.putLong(RemoteSteps.UNTIL, Math.min(from + items, first + size));
            partitions.put("p" + first, range);
        }
        return partitions;
    }

    /** A request on the wire is the id of its step execution; they go to the partitions of the topic by turns. */
    private DirectChannel requests(AnnotationConfigApplicationContext context) {
        DirectChannel channel = new DirectChannel();
        channel.setBeanFactory(context);
        AtomicInteger turn = new AtomicInteger();
        IntegrationFlow flow = IntegrationFlow.from(channel)
                .transform(StepExecutionRequest.class, StepExecutionRequest::getStepExecutionId)
                .handle(Kafka.outboundChannelAdapter(new KafkaTemplate<Long, Long>(new DefaultKafkaProducerFactory<>(
                                Map.of("bootstrap.servers", installation.bootstrapServers), new LongSerializer(), new LongSerializer())))
                        .topic(RemoteSteps.TOPIC)
                        .partitionId(message -> turn.getAndIncrement() % RemoteSteps.WORKERS))
                .get();
        context.getBean(IntegrationFlowContext.class).registration(flow).register();
        return channel;
    }

    private static void check(RemoteSteps steps, int items) {
        int completed = steps.jdbc().sql("SELECT count(*) FROM baseline_item i JOIN baseline_attempt a ON a.item_id = i.id WHERE i.state = 'completed'")
                .query(Integer.class).single();
        if (completed != items) {
            throw new AssertionError("Remote partitioning: " + completed + " of " + items + " items");
        }
    }

    /** The manager's part of Spring Integration. */
    @EnableIntegration
    static class Channels {}
}
