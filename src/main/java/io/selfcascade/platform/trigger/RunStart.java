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
    private final FolderStart folder;
    private final TopicStart topic;

    RunStart(OpenRuns openRuns, WorkloadIntake intake, ScheduleRequestReader reader, ScheduleRuns runs, FolderStart folder,
            TopicStart topic) {
        this.openRuns = openRuns;
        this.intake = intake;
        this.reader = reader;
        this.runs = runs;
        this.folder = folder;
        this.topic = topic;
    }

    /** Starts a run whose row is there, or skips it, as the overlap policy says. */
    void start(Schedule schedule, long run, LocalDateTime logicalDate) {
        List<UUID> open = openRuns.of(schedule.sender());
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

    /** Whether a run that waits for its turn has it. */
    boolean isFree(Schedule schedule) {
        return schedule.overlapPolicy() == OverlapPolicy.ALLOW || openRuns.of(schedule.sender()).isEmpty();
    }

    /** Starts a run whose row is there, whatever else is open. */
    void submit(Schedule schedule, long run, LocalDateTime logicalDate) {
        ScheduleSource source = reader.readSource(schedule.sourceJson());
        if (source instanceof ScheduleSource.Template template) {
            submit(schedule, template.workload(), run, logicalDate);
        } else if (source instanceof ScheduleSource.Folder files) {
            folder.start(schedule, files.path(), run, logicalDate);
        } else if (source instanceof ScheduleSource.Topic records) {
            topic.start(schedule, records, run, logicalDate);
        }
        log.info("run started schedule={} logical_date={}", schedule.id(), logicalDate);
    }

    private void submit(Schedule schedule, WorkloadRequest template, long run, LocalDateTime logicalDate) {
        WorkloadRequest request = template.named(DatePlaceholder.fill(template.name(), logicalDate));
        RequestIdentity identity = new RequestIdentity(schedule.sender(), logicalDate.toString());
        runs.addWorkload(schedule.id(), run, intake.submit(request, identity).workloadId());
        runs.decide(run, State.STARTED, null);
    }
}
