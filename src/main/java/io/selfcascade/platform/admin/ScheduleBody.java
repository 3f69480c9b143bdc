package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.intake.RequestJson;
import io.selfcascade.platform.intake.ScheduleRequest;
import io.selfcascade.platform.intake.ScheduleSource;
import io.selfcascade.platform.trigger.ScheduleView;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A schedule as JSON. Exactly one of {@code workload}, {@code folder} and {@code topic} is there. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ScheduleBody(
        UUID id,
        String name,
        String cron,
        @JsonProperty("time_zone") String timeZone,
        boolean enabled,
        @JsonProperty("overlap_policy") String overlapPolicy,
        @JsonProperty("starting_deadline") @Nullable String startingDeadline,
        @Nullable Map<String, Object> workload,
        @Nullable String folder,
        @Nullable Topic topic,
        @JsonProperty("next_at") @Nullable Instant nextAt,
        @JsonProperty("created_at") Instant createdAt,
        int version,
        Map<String, String> links) {

    static ScheduleBody of(ScheduleView view) {
        ScheduleRequest request = view.request();
        return new ScheduleBody(
                view.id(),
                request.name(),
                request.cron().text(),
                request.timeZone().getId(),
                request.enabled(),
                request.overlapPolicy().name().toLowerCase(Locale.ROOT),
                request.startingDeadline() == null ? null : request.startingDeadline().toString(),
                request.source() instanceof ScheduleSource.Template template ? RequestJson.fields(template.workload()) : null,
                request.source() instanceof ScheduleSource.Folder source ? source.path() : null,
                request.source() instanceof ScheduleSource.Topic source
                        ? new Topic(source.name(), RequestJson.fields(source.workload())) : null,
                view.nextAt(),
                view.createdAt(),
                view.version(),
                links(view.id()));
    }

    private static Map<String, String> links(UUID schedule) {
        String self = "/v1/schedules/" + schedule;
        Map<String, String> links = new LinkedHashMap<>();
        links.put("self", self);
        for (String part : new String[] {"next-runs", "runs", "pause", "resume", "trigger", "backfill"}) {
            links.put(part.replace('-', '_'), self + "/" + part);
        }
        return links;
    }

    /** A topic of items, and the workload they become. */
    record Topic(String name, Map<String, Object> workload) {}
}
