package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.platform.plan.WorkloadPlanner;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** Wires the ledger where there is a database: what the job, the reports and REST ask and tell. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties({DispatchProperties.class, Tenants.class, Topics.class})
class LedgerConfiguration {

    @Bean
    LedgerTransactions ledgerTransactions(PlatformTransactionManager transactions) {
        return new LedgerTransactions(transactions);
    }

    @Bean
    DispatchSignal dispatchSignal() {
        return new DispatchSignal();
    }

    @Bean
    Revisions revisions(JdbcClient jdbc, List<WorkloadChanges> listeners) {
        return new Revisions(jdbc, listeners);
    }

    @Bean
    WorkloadEvents workloadEvents(JdbcClient jdbc) {
        return new WorkloadEvents(jdbc);
    }

    @Bean
    Pools pools(JdbcClient jdbc, DispatchProperties properties) {
        return new Pools(jdbc, properties.poolRanks());
    }

    @Bean
    PartitionCounts partitionCounts(JdbcClient jdbc) {
        return new PartitionCounts(jdbc);
    }

    @Bean
    Orders orders(MessageSender sender, Topics topics, Clock clock, DispatchProperties properties) {
        return new Orders(sender, topics, clock, properties.queueTimeout().plus(properties.clockError()));
    }

    @Bean
    StagePlans stagePlans(JdbcClient jdbc, Pools pools) {
        return new StagePlans(jdbc, pools);
    }

    @Bean
    RunLedger runLedger(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            Revisions revisions,
            StagePlans plans,
            PartitionCounts partitions,
            DispatchProperties properties) {
        return new RunLedger(jdbc, transactions, revisions, plans, partitions, properties.ownerLease());
    }

    @Bean
    RunControl runControl(
            JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, DispatchSignal signal, Orders orders) {
        return new RunControl(jdbc, transactions, revisions, signal, orders);
    }

    @Bean
    OpenRuns openRuns(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, DispatchSignal signal) {
        return new OpenRuns(jdbc, transactions, revisions, signal);
    }

    @Bean
    NextGeneration nextGeneration(
            JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, StagePlans plans, PartitionCounts partitions,
            ModelRegistry models, Admission admission) {
        return new NextGeneration(jdbc, transactions, revisions, plans, partitions, models, admission);
    }

    @Bean
    Admission admission(JdbcClient jdbc, Tenants tenants) {
        return new Admission(jdbc, tenants);
    }

    @Bean
    TenantQuotas tenantQuotas(JdbcClient jdbc, Tenants tenants) {
        return new JdbcTenantQuotas(jdbc, tenants);
    }

    @Bean
    ItemControl itemControl(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, Orders orders) {
        return new ItemControl(jdbc, transactions, revisions, orders);
    }

    @Bean
    BulkControl bulkControl(JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, DispatchSignal signal,
            Orders orders, NextGeneration generations) {
        return new BulkControl(jdbc, transactions, revisions, signal, orders, generations);
    }

    @Bean
    BulkItemControl bulkItemControl(
            JdbcClient jdbc, LedgerTransactions transactions, Revisions revisions, Orders orders, NextGeneration generations) {
        return new BulkItemControl(jdbc, transactions, revisions, orders, generations);
    }

    @Bean
    WorkerControl workerControl(JdbcClient jdbc, Orders orders) {
        return new WorkerControl(jdbc, orders);
    }

    @Bean
    ItemLedger itemLedger(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            RunLedger runs,
            PartitionCounts partitions,
            Revisions revisions,
            Orders orders,
            DispatchSignal signal) {
        return new ItemLedger(jdbc, transactions, runs, partitions, revisions, orders, signal);
    }

    @Bean
    EditedWorkloads editedWorkloads(JdbcClient jdbc, Revisions revisions, DispatchSignal signal) {
        return new EditedWorkloads(jdbc, revisions, signal);
    }

    @Bean
    ArtifactLedger artifactLedger(
            JdbcClient jdbc, LedgerTransactions transactions, DispatchProperties properties) {
        return new ArtifactLedger(jdbc, transactions, properties.retention());
    }

    @Bean
    AcceptedWorkloads acceptedWorkloads(WorkloadPlanner planner, RunLedger runs, Admission admission) {
        return new AcceptedWorkloads(planner, runs, admission);
    }
}
