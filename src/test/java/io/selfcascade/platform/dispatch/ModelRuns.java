package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.LedgerRows.Share;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules 14 and 18: who conducts a run, how far it is, and what people want of it. */
final class ModelRuns {

    private final ModelState state;

    ModelRuns(ModelState state) {
        this.state = state;
    }

    void open(UUID workload, WorkloadPlan plan, Ledger.Terms terms) {
        Run run = new Run();
        run.workloadId = workload;
        run.tenant = terms.tenant();
        run.priority = terms.priority();
        run.deadline = terms.deadline();
        run.keepPivots = terms.keepPivots();
        run.queuedAt = state.now;
        run.plan = plan;
        run.maxFailureRatio = terms.maxFailureRatio();
        state.rows.runs.add(run);
        state.ensurePools(Stream.of(plan.fromPrompt(), plan.fromImage(), plan.draftFromPrompt(), plan.draftFromImage())
                .flatMap(List::stream).map(PlannedStage::pool).toList());
        state.changed(run);
    }

    Optional<ClaimedRun> claim(String owner) {
        return state.rows.runs.stream()
                .filter(run -> !run.state.isTerminal() && run.desired != Desired.PAUSE)
                .filter(run -> run.owner == null || run.ownerUntil < state.now)
                .filter(run -> !state.held.contains("run " + run.workloadId))
                .min(Comparator.comparing((Run run) -> conducted(run.tenant)).thenComparing(run -> -run.priority).thenComparing(run -> run.queuedAt))
                .map(run -> {
                    run.owner = owner;
                    run.epoch++;
                    run.ownerUntil = state.now + ModelState.LEASE;
                    return new ClaimedRun(run.workloadId, run.epoch, run.generation);
                });
    }

    private long conducted(String tenant) {
        return state.rows.runs.stream().filter(run -> run.tenant.equals(tenant) && !run.state.isTerminal())
                .filter(run -> run.owner != null && run.ownerUntil >= state.now).count();
    }

    boolean keep(ClaimedRun claim) {
        Run run = state.run(claim.workloadId());
        if (run.epoch != claim.epoch() || run.owner == null) {
            return false;
        }
        run.ownerUntil = state.now + ModelState.LEASE;
        return true;
    }

    void release(ClaimedRun claim, Duration rest) {
        Run run = state.run(claim.workloadId());
        if (run.epoch == claim.epoch()) {
            run.owner = rest.isZero() ? null : run.owner;
            run.ownerUntil = state.now + rest.toMillis();
        }
    }

    int releaseAll() {
        int released = 0;
        for (Run run : state.rows.runs) {
            if (run.owner != null) {
                run.owner = null;
                run.ownerUntil = null;
                run.epoch++;
                released++;
            }
        }
        return released;
    }

    /** States are in their order: a generation only moves forward. */
    boolean advance(ClaimedRun claim, RunState to, @Nullable ErrorCode reason) {
        Run run = state.owned(claim);
        if (run.generation != claim.generation() || run.state.isTerminal() || run.state.compareTo(to) >= 0) {
            return false;
        }
        run.state = to;
        run.errorCode = reason == null ? run.errorCode : Codes.stored(reason);
        run.startedAt = run.startedAt == null ? Long.valueOf(state.now) : run.startedAt;
        run.finishedAt = to.isTerminal() ? state.now : null;
        run.collectAt = to.isTerminal() ? state.now : null;
        state.changed(run);
        if (to.compareTo(RunState.IN_PROGRESS) > 0) {
            state.rows.shares.removeIf(share -> share.workloadId.equals(run.workloadId));
        }
        return true;
    }

    void publish(ClaimedRun claim, String resultsKey) {
        state.owned(claim).resultsKey = resultsKey;
    }

    /** @return whether its items are cancelled at once */
    boolean want(UUID workload, Desired desired) {
        Run run = state.run(workload);
        boolean isRepeated = run.desired == desired && (!run.state.isTerminal()
                || (run.state == RunState.CANCELLED && desired == Desired.CANCEL));
        if (isRepeated) {
            return desired == Desired.CANCEL && !run.state.isTerminal();
        }
        if (run.state.isTerminal() || run.desired == Desired.CANCEL) {
            throw ModelState.refused(ErrorCode.CONFLICT);
        }
        run.desired = desired;
        state.changed(run);
        return desired == Desired.CANCEL;
    }

    /** The same where it can be done; else nothing. */
    boolean ask(Run run, Desired desired) {
        if (run.state.isTerminal() || run.desired == desired || run.desired == Desired.CANCEL) {
            return false;
        }
        run.desired = desired;
        state.changed(run);
        return true;
    }

    void edit(UUID workload, int priority) {
        Run run = state.run(workload);
        run.priority = priority;
        state.changed(run);
        for (Share share : state.rows.shares.stream().filter(share -> share.workloadId.equals(workload)).toList()) {
            double clock = state.tenantShare(share.pool, share.tenant).orElseThrow().virtualClock;
            share.virtualTime = clock + Math.max(0, share.virtualTime - clock) * share.weight / (priority + 1);
            share.weight = priority + 1;
        }
    }
}
