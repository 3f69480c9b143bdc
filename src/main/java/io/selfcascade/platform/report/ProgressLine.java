package io.selfcascade.platform.report;

import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.report.WorkloadView.StageView;
import java.time.Duration;
import java.util.Locale;

/** Words for a workload's progress, fit for one line of a terminal. */
final class ProgressLine {

    private static final int BAR = 24;
    private static final int NAME = 20;

    private ProgressLine() {}

    /** Stages, items and the estimate, for a log. */
    static String of(WorkloadView view) {
        return progress("workload " + view.id(), view);
    }

    /** The same behind a bar, short enough for a terminal. */
    static String bar(WorkloadView view) {
        // A name is the user's: it may not move our cursor, nor push everything else off the line.
        String name = view.name() == null
                ? view.id().toString().substring(24)
                : view.name().replaceAll("\\p{Cntrl}", "?").substring(0, Math.min(NAME, view.name().length()));
        return view.counts().total() == null ? progress(name, view) : progress(name + " " + bar(share(view)), view);
    }

    private static String progress(String head, WorkloadView view) {
        StringBuilder line = new StringBuilder(head).append(' ');
        if (view.counts().total() == null) {
            return line.append(view.state().stored()).toString();
        }
        for (StageView stage : view.stages()) {
            line.append(label(stage)).append(' ').append(stage.succeeded()).append('/').append(stage.items()).append("  ");
        }
        line.append("items ").append(view.counts().completed()).append('/').append(view.counts().total());
        if (view.counts().failed() > 0) {
            line.append(", ").append(view.counts().failed()).append(" failed");
        }
        if (view.pendingReason() != null) {
            line.append("  waiting: ").append(view.pendingReason().name().toLowerCase(Locale.ROOT));
        } else if (view.etaSeconds() != null) {
            line.append("  ETA ").append(clock(view.etaSeconds()));
        }
        return line.toString();
    }

    private static String label(StageView stage) {
        if (!stage.kind().equals("decode")) {
            return stage.width() + "x" + stage.height();
        }
        return stage.purpose() == StageView.Purpose.DRAFT ? "draft" : "decode";
    }

    /** What is said once, when a workload has ended. */
    static String ending(WorkloadView view, String folder) {
        String outcome = view.state() == RunState.COMPLETED
                ? String.format(Locale.ROOT, "completed: %d of %d items, %d failed",
                        view.counts().completed(), view.counts().total(), view.counts().failed())
                : view.state().stored() + ": " + (view.errorDetail() == null ? "no reason given" : view.errorDetail());
        return "workload " + view.id() + " " + outcome + ", " + seconds(view) + " s, " + folder;
    }

    private static long seconds(WorkloadView view) {
        return view.finishedAt() == null ? 0 : Duration.between(view.createdAt(), view.finishedAt()).toSeconds();
    }

    /** How much of the work is done, tasks weighed by their pixels and steps. */
    private static double share(WorkloadView view) {
        double done = 0;
        double all = 0;
        for (StageView stage : view.stages()) {
            done += (double) stage.work() * stage.succeeded();
            all += (double) stage.work() * stage.items();
        }
        return all == 0 ? 1 : done / all;
    }

    private static String bar(double share) {
        int full = (int) Math.round(Math.min(1, share) * BAR);
        return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "]";
    }

    private static String clock(long seconds) {
        return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }
}
