package io.selfcascade.platform.dispatch.message;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.EncodeStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.FailureClass;
import io.selfcascade.spec.StageSpec;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.EnumNamingStrategies;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The messages as JSON: snake_case names, lower-case enums, RFC 3339 times.
 *
 * <p>A reader ignores fields it does not know, so that old and new nodes live side by side, and refuses types it does
 * not know, missing fields and null where the record allows none: what it returns is complete.
 */
public final class MessageJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enumNamingStrategy(EnumNamingStrategies.SNAKE_CASE)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .addMixIn(StageSpec.class, StageSpecShape.class)
            .addMixIn(TaskEvent.class, TaskEventShape.class)
            .addMixIn(TaskFailed.Error.class, ErrorShape.class)
            .addMixIn(Control.class, ControlShape.class)
            .build();

    private MessageJson() {}

    /** Writes any message of this package. */
    public static byte[] write(Record message) {
        return MAPPER.writeValueAsBytes(message);
    }

    /** Writes the settings of a stage with its {@code kind}. */
    public static String writeStage(StageSpec stage) {
        return MAPPER.writeValueAsString(stage);
    }

    /** @throws CascadeException INVALID_REQUEST if the bytes are no complete message */
    public static TaskMessage readTask(byte @Nullable [] json) {
        return read(json, TaskMessage.class);
    }

    /** @throws CascadeException INVALID_REQUEST if the bytes are no complete event of a known type */
    public static TaskEvent readEvent(byte @Nullable [] json) {
        return read(json, TaskEvent.class);
    }

    /** @throws CascadeException INVALID_REQUEST if the bytes are no complete beat */
    public static WorkerBeat readBeat(byte @Nullable [] json) {
        return read(json, WorkerBeat.class);
    }

    /** @throws CascadeException INVALID_REQUEST if the bytes are no complete order */
    public static Control readControl(byte @Nullable [] json) {
        return read(json, Control.class);
    }

    /** @throws CascadeException INVALID_REQUEST if the bytes are no complete event */
    public static WorkloadUpdated readWorkloadUpdated(byte @Nullable [] json) {
        return read(json, WorkloadUpdated.class);
    }

    /** @throws CascadeException INVALID_REQUEST if the text is no complete stage of a known kind */
    public static StageSpec readStage(String json) {
        return read(json.getBytes(StandardCharsets.UTF_8), StageSpec.class);
    }

    /**
     * Reads a record that is kept as JSON.
     *
     * @throws CascadeException INVALID_REQUEST if the bytes are no complete {@code type}
     */
    public static <T> T read(byte @Nullable [] json, Class<T> type) {
        String name = type.getSimpleName();
        if (json == null) {
            throw new CascadeException(
                    ErrorCode.INVALID_REQUEST, "Cannot read " + name + ": no value (expected a JSON object)");
        }
        try {
            T message = MAPPER.readValue(json, type);
            requireComplete(message, name);
            return message;
        } catch (JacksonException e) {
            throw new CascadeException(
                    ErrorCode.INVALID_REQUEST, "Cannot read " + name + ": " + e.getOriginalMessage(), e);
        }
    }

    /** Jackson fills a missing record component with null; the records say with {@code @Nullable} where that is fine. */
    private static void requireComplete(@Nullable Object value, String path) {
        if (value == null) {
            throw new CascadeException(
                    ErrorCode.INVALID_REQUEST, "Cannot read " + path + ": null (expected a value)");
        }
        if (value instanceof Iterable<?> elements) {
            elements.forEach(element -> requireComplete(element, path + "[]"));
        } else if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                Object held = held(value, component);
                if (held != null || !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                    requireComplete(held, path + "." + component.getName());
                }
            }
        }
    }

    private static @Nullable Object held(Object message, RecordComponent component) {
        try {
            Method accessor = component.getAccessor();
            // A record of another package may be package-private.
            accessor.setAccessible(true);
            return accessor.invoke(message);
        } catch (ReflectiveOperationException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot read component: " + component, e);
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = EncodeStage.class, name = "encode"),
        @JsonSubTypes.Type(value = DenoiseStage.class, name = "denoise"),
        @JsonSubTypes.Type(value = DecodeStage.class, name = "decode")
    })
    private interface StageSpecShape {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = TaskSucceeded.class, name = "succeeded"),
        @JsonSubTypes.Type(value = TaskFailed.class, name = "failed"),
        @JsonSubTypes.Type(value = TaskDeclined.class, name = "declined")
    })
    private interface TaskEventShape {}

    private interface ErrorShape {

        @JsonProperty("class")
        FailureClass failureClass();
    }

    private interface ControlShape {

        @JsonProperty("do")
        Control.Order order();
    }
}
