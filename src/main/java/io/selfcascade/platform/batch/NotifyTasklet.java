package io.selfcascade.platform.batch;

import io.selfcascade.platform.dispatch.ClaimedRun;
import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.spec.ErrorCode;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.scope.context.ChunkContext;
import org.springframework.batch.core.step.StepContribution;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Ends the run. The state it writes carries a revision, and with it the news to everybody who listens. */
final class NotifyTasklet implements Tasklet {

    private static final Logger log = LoggerFactory.getLogger(NotifyTasklet.class);

    private final ConductedRuns conducted;
    private final RunLedger runs;
    private final ItemLedger items;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    NotifyTasklet(ConductedRuns conducted, RunLedger runs, ItemLedger items, JdbcClient jdbc,
            TransactionOperations transactions) {
        this.conducted = conducted;
        this.runs = runs;
        this.items = items;
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    @Override
    public RepeatStatus execute(StepContribution contribution, ChunkContext context) {
        ClaimedRun claim = conducted.of(contribution.getStepExecution()).claim();
        transactions.executeWithoutResult(status -> end(claim));
        return RepeatStatus.FINISHED;
    }

    /** With the row locked, a wish to cancel comes either before the end, and then is granted, or after it. */
    private void end(ClaimedRun claim) {
        runs.checkOwned(claim.workloadId(), claim.epoch());
        String desired = jdbc.sql("SELECT desired FROM workload_run WHERE workload_id = :workload FOR UPDATE")
                .param("workload", claim.workloadId())
                .query(String.class)
                .single();
        Optional<String> failures = items.tooManyFailures(claim.workloadId());
        RunState state = RunState.COMPLETED;
        if (desired.equals(Desired.CANCEL.stored())) {
            state = RunState.CANCELLED;
        } else if (failures.isPresent()) {
            state = RunState.FAILED;
        } else if (items.expiredIn(claim) > 0) {
            state = RunState.EXPIRED;
        }
        boolean isFailed = state == RunState.FAILED;
        if (runs.advance(claim, state, isFailed ? ErrorCode.TOO_MANY_FAILURES : null, isFailed ? failures.orElse(null) : null)) {
            log.info("run ended workload={} generation={} state={}", claim.workloadId(), claim.generation(), state);
        }
    }
}
