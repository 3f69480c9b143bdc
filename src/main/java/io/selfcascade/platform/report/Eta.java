package io.selfcascade.platform.report;

import io.selfcascade.platform.report.WorkloadView.Counts;
import io.selfcascade.platform.report.WorkloadView.StageView;
import io.selfcascade.platform.report.WorkloadView.StageView.Purpose;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Estimates how long the rest of a workload takes from how long its tasks have taken so far. */
final class Eta {

    private Eta() {}

    /**
     * The remaining tasks of every stage at their mean run time, over the live slots. A stage that has not run yet is
     * taken to cost as much per pixel and step as the nearest one that has.
     *
     * @return null if no task has succeeded, the total is unknown, or nobody is there to work
     */
    static @Nullable Long seconds(List<StageView> stages, Counts counts, int liveSlots) {
        if (counts.total() == null || liveSlots == 0 || stages.stream().noneMatch(stage -> stage.succeeded() > 0)) {
            return null;
        }
        long unsettled = counts.total() - counts.settled();
        double milliseconds = 0;
        for (StageView stage : stages) {
            long done = stage.purpose() == Purpose.PROMOTED ? promotedDone(stages) : counts.completed();
            long passed = stage.succeeded() - Math.min(stage.succeeded(), done);
            long remaining = Math.min(unsettled - passed, stage.items() - stage.succeeded());
            milliseconds += Math.max(0, remaining) * taskMilliseconds(stage, stages);
        }
        return Math.round(milliseconds / 1000 / liveSlots);
    }

    /** Promoted items that are completed have passed the last of their stages. */
    private static long promotedDone(List<StageView> stages) {
        return stages.stream().filter(stage -> stage.purpose() == Purpose.PROMOTED)
                .max(Comparator.comparingInt(StageView::stage)).map(StageView::succeeded).orElse(0L);
    }

    private static double taskMilliseconds(StageView stage, List<StageView> stages) {
        StageView known = stage;
        for (StageView candidate : stages) {
            boolean isNearer = Math.abs(candidate.stage() - stage.stage()) < Math.abs(known.stage() - stage.stage());
            if (candidate.succeeded() > 0 && (known.succeeded() == 0 || isNearer)) {
                known = candidate;
            }
        }
        return (double) known.runMs() / known.succeeded() / known.work() * stage.work();
    }
}
