package io.selfcascade.platform.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.report.WorkloadView.Counts;
import io.selfcascade.platform.report.WorkloadView.StageView;
import io.selfcascade.platform.report.WorkloadView.StageView.Purpose;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProgressLineTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void tellsStagesItemsAndTheEstimate() {
        assertThat(ProgressLine.of(view(RunState.IN_PROGRESS, null, null)))
                .endsWith("128x128 12/12  decode 4/12  items 4/12  ETA 1:05");
    }

    @Test
    void drawsABarOfTheWork() {
        assertThat(ProgressLine.bar(view(RunState.IN_PROGRESS, null, null)))
                .isEqualTo("000000000000 [################--------] 128x128 12/12  decode 4/12  items 4/12  ETA 1:05");
    }

    @Test
    void letsNoNameMoveTheCursor() {
        assertThat(ProgressLine.bar(view("\u001b[2Jposters of a very long name", RunState.IN_PROGRESS, null, null)))
                .startsWith("?[2Jposters of a ver [#");
    }

    @Test
    void saysWhyNothingRuns() {
        assertThat(ProgressLine.of(view(RunState.IN_PROGRESS, PendingReason.NO_WORKER_FOR_MODEL, null)))
                .endsWith("waiting: no_worker_for_model");
    }

    @Test
    void endsWithTheOutcome() {
        assertThat(ProgressLine.ending(view(RunState.COMPLETED, null, START.plusSeconds(96)), "folder"))
                .endsWith("completed: 4 of 12 items, 0 failed, 96 s, folder");
    }

    private static WorkloadView view(RunState state, @Nullable PendingReason reason, @Nullable Instant finishedAt) {
        return view(null, state, reason, finishedAt);
    }

    private static WorkloadView view(
            @Nullable String name, RunState state, @Nullable PendingReason reason, @Nullable Instant finishedAt) {
        List<StageView> stages = List.of(
                new StageView(0, "denoise", Purpose.ALL, 12, 128, 128, 100, 0, 0, 12, 0, 0),
                new StageView(1, "decode", Purpose.ALL, 12, 128, 128, 100, 4, 0, 4, 0, 0));
        return new WorkloadView(UUID.fromString("0198c0de-0000-7000-8000-000000000000"), "default", name, "scenes", state,
                Desired.RUN, 1, 1, 0, 5, new Counts(12, 8, 0, 4, 0, 0), stages, null, 0, null, reason, 65L, null, null, START, START,
                finishedAt);
    }
}
