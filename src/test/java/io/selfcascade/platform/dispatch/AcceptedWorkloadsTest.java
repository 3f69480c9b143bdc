package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.intake.CascadeRequest;
import io.selfcascade.platform.intake.Determinism;
import io.selfcascade.platform.intake.Preset;
import io.selfcascade.platform.intake.WorkloadAccepted;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.plan.PlanSettings;
import io.selfcascade.platform.plan.WorkloadPlanner;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AcceptedWorkloadsTest {

    /** Latents of 16, 32 and 64 cells a side at 16 bytes, a picture of 512 x 512 at 2 bytes. */
    private static final long BYTES_PER_ITEM = (16 * 16 + 32 * 32 + 64 * 64) * 16 + 512 * 512 * 2;

    private final LedgerFixture ledger = new LedgerFixture();
    private final AcceptedWorkloads accepted =
            new AcceptedWorkloads(new WorkloadPlanner(PlanSettings.DEFAULT), ledger.runs);

    @Test
    void refusesAWorkloadWhoseArtifactsDoNotFit() {
        assertThatThrownBy(() -> accepted.on(event(1_000, 1_000 * BYTES_PER_ITEM - 1)))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXCEEDS_STORAGE))
                .hasMessage("Cannot accept 1000 items: their pivots and pictures need about 611 MB, the artifact store has"
                        + " 611 MB left (free some space, or send fewer items)");
    }

    @Test
    void takesAWorkloadWhoseArtifactsJustFit() {
        WorkloadAccepted event = event(1_000, 1_000 * BYTES_PER_ITEM);

        accepted.on(event);

        assertThat(ledger.runs.get(event.workloadId()).state()).isEqualTo(RunState.QUEUED);
    }

    @Test
    void asksForNoMoreRoomThanDraftsNeed() {
        long bytesPerDraft = 16 * 16 * 16 + 128 * 128 * 2;

        accepted.on(event(1_000, 0, 1_000 * bytesPerDraft));

        assertThatThrownBy(() -> accepted.on(event(1_000, 0, 1_000 * bytesPerDraft - 1)))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXCEEDS_STORAGE));
    }

    /** A workload whose row is there. */
    private WorkloadAccepted event(int items, long freeBytes) {
        return event(items, null, freeBytes);
    }

    private WorkloadAccepted event(int items, @Nullable Integer stopAfter, long freeBytes) {
        UUID workload = UUID.randomUUID();
        ledger.database.execute("INSERT INTO workload (id, source, request_key, request_sha256, model, cascade, items_key,"
                + " created_at) VALUES ('" + workload + "', 'rest', '" + workload + "', '\\x00', 'scenes', '{}', 'items', now())");
        ModelRegistration model = new ModelRegistration(
                new ModelRef(LedgerFixture.MODEL, LedgerFixture.SHA), "", new ImageSize(128, 128), 8, "");
        CascadeRequest cascade = CascadeRequest.of(Preset.FAST, new ImageSize(512, 512));
        return new WorkloadAccepted(workload, "default", 5, model, cascade, stopAfter, Determinism.STANDARD, items, freeBytes);
    }
}
