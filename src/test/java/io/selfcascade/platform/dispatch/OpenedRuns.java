package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.WorkloadAccepted;
import io.selfcascade.platform.intake.WorkloadProposed;
import io.selfcascade.platform.plan.PlanSettings;
import io.selfcascade.platform.plan.WorkloadPlanner;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** The real ledger as far as it opens and ends the runs of accepted workloads; hears of them where intake publishes. */
public final class OpenedRuns implements ApplicationEventPublisher {

    private final JdbcClient jdbc;
    private final RunLedger runs;
    private final OpenRuns openRuns;
    private final AcceptedWorkloads accepted;

    public OpenedRuns(JdbcClient jdbc, PlatformTransactionManager manager) {
        this.jdbc = jdbc;
        LedgerTransactions transactions = new LedgerTransactions(manager);
        Revisions revisions = new Revisions(jdbc);
        PartitionCounts partitions = new PartitionCounts(jdbc);
        runs = new RunLedger(jdbc, transactions, revisions, new StagePlans(jdbc, new Pools(jdbc, Map.of("cpu", 0))), partitions,
                Duration.ofSeconds(30));
        openRuns = new OpenRuns(jdbc, transactions, revisions, new DispatchSignal());
        accepted = new AcceptedWorkloads(new WorkloadPlanner(PlanSettings.DEFAULT), runs,
                new Admission(jdbc, TenantsTest.with(Map.of())));
    }

    public OpenRuns openRuns() {
        return openRuns;
    }

    @Override
    public void publishEvent(Object event) {
        if (event instanceof WorkloadAccepted workload) {
            accepted.on(workload);
        } else if (event instanceof WorkloadProposed workload) {
            accepted.on(workload);
        }
    }

    @Override
    public void publishEvent(ApplicationEvent event) {
        throw new AssertionError(event);
    }

    public RunState state(UUID workload) {
        return runs.get(workload).state();
    }

    public Desired desired(UUID workload) {
        return runs.get(workload).desired();
    }

    /** A conductor takes it and brings it to its end, as the ledger allows. */
    public void end(UUID workload, RunState state) {
        jdbc.sql("UPDATE workload_run SET queued_at = '-infinity' WHERE workload_id = :workload").param("workload", workload).update();
        ClaimedRun run = runs.claim("me").orElseThrow();
        if (!run.workloadId().equals(workload)) {
            throw new AssertionError("another run was free: " + run);
        }
        runs.advance(run, state);
        runs.release(run);
    }
}
