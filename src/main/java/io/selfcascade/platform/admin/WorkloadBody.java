package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.report.WorkloadView;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A workload as JSON. Absent fields are unknown or do not apply. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record WorkloadBody(
        UUID id,
        @Nullable String name,
        String tenant,
        String model,
        String state,
        String desired,
        int generation,
        long revision,
        int version,
        int priority,
        Counts counts,
        List<Stage> stages,
        @JsonProperty("stop_after") @Nullable Integer stopAfter,
        @Nullable Integer promoted,
        @JsonProperty("max_failure_ratio") @Nullable BigDecimal maxFailureRatio,
        @JsonProperty("pending_reason") @Nullable String pendingReason,
        @JsonProperty("eta_s") @Nullable Long etaS,
        @Nullable Failure error,
        @JsonProperty("created_at") Instant createdAt,
        @JsonProperty("started_at") @Nullable Instant startedAt,
        @JsonProperty("finished_at") @Nullable Instant finishedAt,
        Map<String, String> links) {

    static WorkloadBody of(WorkloadView view) {
        return new WorkloadBody(
                view.id(),
                view.name(),
                view.tenant(),
                view.model(),
                readState(view),
                view.desired().stored(),
                view.generation(),
                view.revision(),
                view.version(),
                view.priority(),
                Counts.of(view.counts()),
                view.stages().stream().map(Stage::of).toList(),
                view.stopAfter(),
                view.stopAfter() == null ? null : view.promoted(),
                view.maxFailureRatio(),
                view.pendingReason() == null ? null : view.pendingReason().name().toLowerCase(Locale.ROOT),
                view.etaSeconds(),
                view.errorCode() == null ? null : new Failure(view.errorCode(), view.errorDetail()),
                view.createdAt(),
                view.startedAt(),
                view.finishedAt(),
                Links.of(view.id(), view.stopAfter() != null));
    }

    /** What a reader sees: {@code paused} and {@code cancelling} are wishes that have not become states. */
    private static String readState(WorkloadView view) {
        if (view.state().isTerminal()) {
            return view.state().stored();
        }
        return switch (view.desired()) {
            case RUN -> view.state().stored();
            case PAUSE -> "paused";
            case CANCEL -> "cancelling";
        };
    }

    /** Items by what is happening to them. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Counts(
            @Nullable Integer total,
            long pending,
            @JsonProperty("in_progress") long inProgress,
            long completed,
            long failed,
            long cancelled) {

        static Counts of(WorkloadView.Counts counts) {
            return new Counts(counts.total(), counts.pending(), counts.inProgress(), counts.completed(), counts.failed(),
                    counts.cancelled());
        }
    }

    /** Stage tasks of one stage by state. */
    record Stage(int stage, String kind, int width, int height, @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean draft,
            long ready, long dispatched, long succeeded, long dead) {

        static Stage of(WorkloadView.StageView stage) {
            return new Stage(stage.stage(), stage.kind(), stage.width(), stage.height(),
                    stage.purpose() == WorkloadView.StageView.Purpose.DRAFT, stage.ready(), stage.dispatched(), stage.succeeded(), stage.dead());
        }
    }

    /** Why the whole workload failed. */
    record Failure(String code, @Nullable String detail) {}
}
