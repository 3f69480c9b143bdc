package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.trigger.ScheduleRun;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of one time of a schedule, as JSON. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ScheduleRunBody(
        long id,
        @JsonProperty("logical_date") String logicalDate,
        String cause,
        @JsonProperty("scheduled_for") Instant scheduledFor,
        String state,
        @Nullable String reason,
        @JsonProperty("decided_at") Instant decidedAt,
        List<UUID> workloads,
        List<Refusal> refused) {

    static ScheduleRunBody of(ScheduleRun run) {
        return new ScheduleRunBody(run.id(), run.logicalDate().toString(), run.cause().stored(), run.scheduledFor(),
                run.state().stored(), run.reason(), run.decidedAt(), run.workloads(),
                run.refused().stream().map(one -> new Refusal(one.file(), one.code(), one.detail())).toList());
    }

    /** A request that could not become a workload. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Refusal(@Nullable String file, String code, @Nullable String detail) {}
}
