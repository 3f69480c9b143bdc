package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.intake.CascadeRequest;
import io.selfcascade.platform.intake.Determinism;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.intake.Preset;
import io.selfcascade.platform.intake.WorkloadAccepted;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.plan.PlanSettings;
import io.selfcascade.platform.plan.WorkloadPlanner;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AcceptedWorkloadsTest {

    /** Latents of 16, 32 and 64 cells a side at 16 bytes, a picture of 512 x 512 at 2 bytes. */
    private static final long BYTES_PER_ITEM = (16 * 16 + 32 * 32 + 64 * 64) * 16 + 512 * 512 * 2;

    private final LedgerFixture ledger = new LedgerFixture(Map.of("narrow", new Tenants.Named(null, 2, 100L, null)));
    private final AcceptedWorkloads accepted =
            new AcceptedWorkloads(new WorkloadPlanner(PlanSettings.DEFAULT), ledger.runs, ledger.admission);

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

    @Test
    void countsWhatOpenWorkloadsWillStillWrite() {
        WorkloadAccepted first = event(1_000, 1_500 * BYTES_PER_ITEM);
        accepted.on(first);

        assertThatThrownBy(() -> accepted.on(event(600, 1_500 * BYTES_PER_ITEM)))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXCEEDS_STORAGE))
                .hasMessage("Cannot accept 600 items: their pivots and pictures need about 367 MB, the artifact store has"
                        + " 916 MB left, of which 611 MB are promised to open workloads (free some space, or send fewer items)");
        // 200 items have been written, and the store has that much less.
        ledger.database.execute("INSERT INTO stage_count (workload_id, stage, bytes) VALUES ('" + first.workloadId() + "', 0, "
                + 200 * BYTES_PER_ITEM + ")");
        accepted.on(event(500, 1_300 * BYTES_PER_ITEM));
        ledger.database.execute("UPDATE workload_run SET state = 'completed'");
        accepted.on(event(1_300, 1_300 * BYTES_PER_ITEM));
    }

    @Test
    void aTenantHasNoMoreOpenThanItMay() {
        accepted.on(event("narrow", 10, null, Long.MAX_VALUE));
        assertThatThrownBy(() -> accepted.on(event("narrow", 91, null, Long.MAX_VALUE)))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED))
                .hasMessage("Cannot accept 91 items: tenant narrow has 10 pending items in 1 open workloads and may have 100"
                        + " (wait until some have ended, or have selfcascade.tenants.narrow.max-pending-items raised)");
        accepted.on(event("narrow", 90, null, Long.MAX_VALUE));
        assertThatThrownBy(() -> accepted.on(event("narrow", 0, null, Long.MAX_VALUE)))
                .hasMessageContaining("tenant narrow has 2 open workloads, which is as many as it may have");

        accepted.on(event("other", 91, null, Long.MAX_VALUE));
        ledger.database.execute("UPDATE workload_run SET state = 'completed'");
        accepted.on(event("narrow", 100, null, Long.MAX_VALUE));
    }

    @Test
    void aRetryIsBoundByTheSameLimits() {
        WorkloadAccepted former = event("narrow", 3, null, Long.MAX_VALUE);
        accepted.on(former);
        ledger.items.insertItems(former.workloadId(), LedgerFixture.lines(3));
        ClaimedRun run = ledger.runs.claim("me").orElseThrow();
        ledger.runs.settleTotal(run, Partitioning.of(3));
        ledger.runs.advance(run, RunState.IN_PROGRESS);
        ledger.items.openPartition(run, Partitioning.of(3), 0);
        ledger.items.cancelWorkload(run, null);
        ledger.runs.advance(run, RunState.CANCELLED);
        accepted.on(event("narrow", 98, null, Long.MAX_VALUE));

        assertThatThrownBy(() -> ledger.generations.retry(former.workloadId(), GenerationRequest.EVERYTHING))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUOTA_EXCEEDED))
                .hasMessageContaining("Cannot retry 3 items: tenant narrow has 98 pending items");
        assertThat(ledger.runs.get(former.workloadId()).state()).isEqualTo(RunState.CANCELLED);
        ledger.generations.retry(former.workloadId(), new GenerationRequest(List.of(0, 2), null));
    }

    @Test
    void twoAtATimeAreNotPromisedTheSameRoom() throws Exception {
        List<WorkloadAccepted> events = IntStream.range(0, 8).mapToObj(n -> event(100, 250 * BYTES_PER_ITEM)).toList();
        ExecutorService senders = Executors.newFixedThreadPool(4);

        List<Future<Boolean>> answers = senders.invokeAll(events.stream().<Callable<Boolean>>map(event -> () -> {
            try {
                ledger.transactions.run(() -> accepted.on(event));
                return true;
            } catch (CascadeException e) {
                return false;
            }
        }).toList());
        senders.shutdown();

        int taken = 0;
        for (Future<Boolean> answer : answers) {
            taken += answer.get() ? 1 : 0;
        }
        assertThat(taken).isEqualTo(2);
    }

    /** A workload whose row is there. */
    private WorkloadAccepted event(int items, long freeBytes) {
        return event(items, null, freeBytes);
    }

    private WorkloadAccepted event(int items, @Nullable Integer stopAfter, long freeBytes) {
        return event("default", items, stopAfter, freeBytes);
    }

    private WorkloadAccepted event(String tenant, int items, @Nullable Integer stopAfter, long freeBytes) {
        UUID workload = UUID.randomUUID();
        ledger.database.execute("INSERT INTO workload (id, tenant, source, request_key, request_sha256, model, cascade, items_key,"
                + " created_at) VALUES ('" + workload + "', '" + tenant + "', 'rest', '" + workload + "', '\\x00', 'scenes', '{}', 'items', now())");
        ModelRegistration model = new ModelRegistration(
                new ModelRef(LedgerFixture.MODEL, LedgerFixture.SHA), "", new ImageSize(128, 128), 8, "");
        CascadeRequest cascade = CascadeRequest.of(Preset.FAST, new ImageSize(512, 512));
        return new WorkloadAccepted(workload, tenant, 5, model, cascade, stopAfter, Determinism.STANDARD, items, freeBytes);
    }
}
