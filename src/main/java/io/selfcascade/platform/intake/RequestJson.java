package io.selfcascade.platform.intake;

import io.selfcascade.spec.ImageSize;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes requests in the one canonical form that {@link WorkloadRequestReader} reads back to an equal request. */
public final class RequestJson {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private RequestJson() {}

    /** @return UTF-8 JSON, every default but the tenant spelled out, seeds as strings */
    public static byte[] write(WorkloadRequest request) {
        return MAPPER.writeValueAsBytes(fields(request));
    }

    /** @return as {@link #write(WorkloadRequest)} */
    public static byte[] write(ScheduleRequest request) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "name", request.name());
        put(json, "cron", request.cron().text());
        put(json, "time_zone", request.timeZone().getId());
        json.putAll(fields(request.source()));
        put(json, "overlap_policy", lower(request.overlapPolicy()));
        put(json, "starting_deadline", request.startingDeadline() == null ? null : request.startingDeadline().toString());
        put(json, "enabled", request.enabled());
        return MAPPER.writeValueAsBytes(json);
    }

    /** @return an object with the one field that {@link ScheduleRequestReader#readSource} reads back */
    public static String write(ScheduleSource source) {
        return MAPPER.writeValueAsString(fields(source));
    }

    /** @return the request as a JSON object */
    public static Map<String, Object> fields(WorkloadRequest request) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "name", request.name());
        // Left out where it goes without saying, as before there were tenants: a repeated request is still the same one.
        put(json, "tenant", request.tenant().equals(RequestIdentity.DEFAULT_TENANT) ? null : request.tenant());
        put(json, "model", request.model());
        put(json, "cascade", fields(request.cascade()));
        put(json, "items", request.items() == null ? null : request.items().stream().map(RequestJson::fields).toList());
        put(json, "items_file", request.itemsFile());
        put(json, "priority", request.priority());
        put(json, "previews", request.previews());
        put(json, "deadline", request.deadline() == null ? null : request.deadline().toString());
        put(json, "seed", unsigned(request.seed()));
        put(json, "keep_pivots", lower(request.keepPivots()));
        put(json, "determinism", lower(request.determinism()));
        put(json, "stop_after", request.stopAfter());
        put(json, "max_failure_ratio", request.maxFailureRatio());
        return json;
    }

    /** @return the {@code cascade} of a request */
    public static String write(CascadeRequest cascade) {
        return MAPPER.writeValueAsString(fields(cascade));
    }

    /** @return one line of a JSONL file, without its end */
    public static byte[] write(ItemRequest item) {
        return MAPPER.writeValueAsBytes(fields(item));
    }

    private static Map<String, Object> fields(ScheduleSource source) {
        if (source instanceof ScheduleSource.Template template) {
            return Map.of("workload", fields(template.workload()));
        }
        if (source instanceof ScheduleSource.Folder folder) {
            return Map.of("folder", folder.path());
        }
        ScheduleSource.Topic topic = (ScheduleSource.Topic) source;
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "name", topic.name());
        put(json, "workload", fields(topic.workload()));
        return Map.of("topic", json);
    }

    private static Map<String, Object> fields(CascadeRequest cascade) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "preset", lower(cascade.preset()));
        put(json, "target", fields(cascade.target()));
        put(json, "rng", lower(cascade.rng()));
        put(json, "dtype", lower(cascade.dtype()));
        json.putAll(fields(cascade.every()));
        put(json, "stages", cascade.stages().isEmpty() ? null : cascade.stages().stream().map(RequestJson::fields).toList());
        return json;
    }

    // Not Map.of: its order differs from one Java process to the next, and with it the digest of the request.
    private static Map<String, Object> fields(ImageSize size) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "width", size.width());
        put(json, "height", size.height());
        return json;
    }

    private static Map<String, Object> fields(StageKnobs knobs) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "width", knobs.width());
        put(json, "height", knobs.height());
        put(json, "steps", knobs.steps());
        put(json, "start_timestep", knobs.startTimestep());
        put(json, "guidance", knobs.guidance());
        put(json, "eta", knobs.eta());
        put(json, "scheduler", lower(knobs.scheduler()));
        put(json, "spacing", lower(knobs.spacing()));
        Map<String, Object> upsample = new LinkedHashMap<>();
        put(upsample, "space", lower(knobs.upsampleSpace()));
        put(upsample, "kernel", lower(knobs.upsampleKernel()));
        put(json, "upsample", upsample.isEmpty() ? null : upsample);
        put(json, "noise_reschedule", lower(knobs.noiseReschedule()));
        put(json, "micro_batch", knobs.microBatch());
        put(json, "tiling", lower(knobs.tiling()));
        put(json, "pool", knobs.pool());
        return json;
    }

    private static Map<String, Object> fields(ItemRequest item) {
        Map<String, Object> json = new LinkedHashMap<>();
        put(json, "custom_id", item.customId());
        put(json, "prompt", item.prompt().isEmpty() ? null : item.prompt());
        put(json, "negative_prompt", item.negativePrompt().isEmpty() ? null : item.negativePrompt());
        put(json, "seed", unsigned(item.seed()));
        put(json, "init_image", item.initImage());
        return json;
    }

    private static void put(Map<String, Object> json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    private static @Nullable String lower(@Nullable Enum<?> constant) {
        return constant == null ? null : JsonFields.lower(constant);
    }

    private static @Nullable String unsigned(@Nullable Long seed) {
        return seed == null ? null : Long.toUnsignedString(seed);
    }
}
