package io.selfcascade.platform.trigger;

import io.selfcascade.platform.dispatch.OpenRuns;
import io.selfcascade.platform.intake.OverlapPolicy;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.ScheduleRequestReader;
import io.selfcascade.platform.intake.ScheduleSource;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.intake.WorkloadRequest;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import java.time.LocalDateTime;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the workloads of one run, in the transaction that decides about it and under the lock of its schedule. The identity of
 * a workload is schedule and logical date: even a run whose history is forgotten would find the same one.
 */
final class RunStart {

    private static final Logger log = LoggerFactory.getLogger(RunStart.class);

    private final OpenRuns openRuns;
    private final WorkloadIntake intake;
    private final ScheduleRequestReader reader;
    private final ScheduleRuns runs;

    RunStart(OpenRuns openRuns, WorkloadIntake intake, ScheduleRequestReader reader, ScheduleRuns runs) {
        this.openRuns = openRuns;
        this.intake = intake;
        this.reader = reader;
        this.runs = runs;
    }

    /** Starts a run whose row is there, or skips it, as the overlap policy says. */
    void start(Schedule schedule, long run, LocalDateTime logicalDate) {
        List<UUID> open = openRuns.of(schedule.tenant(), schedule.sender());
        if (!open.isEmpty() && schedule.overlapPolicy() == OverlapPolicy.FORBID) {
            runs.decide(run, State.SKIPPED_OVERLAP, "Workload " + open.get(0) + " of a former run is open");
            log.info("run skipped schedule={} logical_date={} open={}", schedule.id(), logicalDate, open.get(0));
            return;
        }
        submit(schedule, run, logicalDate);
        if (schedule.overlapPolicy() == OverlapPolicy.REPLACE) {
            // After the new ones are made, because it locks rows that come last in the ledger's order.
            openRuns.cancel(open);
        }
    }

    private void submit(Schedule schedule, long run, LocalDateTime logicalDate) {
        if (reader.readSource(schedule.sourceJson()) instanceof ScheduleSource.Template template) {
            WorkloadRequest request = template.workload().named(DatePlaceholder.fill(template.workload().name(), logicalDate));
            UUID workload = intake.submit(request, identity(schedule, logicalDate.toString())).workloadId();
            runs.addWorkload(schedule.id(), run, workload);
            runs.decide(run, State.STARTED, null);
            log.info("run started schedule={} logical_date={} workload={}", schedule.id(), logicalDate, workload);
        }
    }

    private static RequestIdentity identity(Schedule schedule, String key) {
        return new RequestIdentity(schedule.tenant(), schedule.sender(), key);
    }
}
