package io.selfcascade.platform.dispatch.message;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The envelope of every message: CloudEvents 1.0 in Kafka's binary mode, attributes as headers, the body as it is.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">the
 *     Kafka binding</a>
 */
public final class CloudEvents {

    public static final String WORKLOAD_REQUESTED = "io.selfcascade.workload.requested";
    public static final String TASK = "io.selfcascade.task";
    public static final String TASK_SUCCEEDED = "io.selfcascade.task.succeeded";
    public static final String TASK_FAILED = "io.selfcascade.task.failed";
    public static final String TASK_DECLINED = "io.selfcascade.task.declined";
    public static final String WORKER_BEAT = "io.selfcascade.worker.beat";
    public static final String CONTROL = "io.selfcascade.control";
    public static final String WORKLOAD_UPDATED = "io.selfcascade.workload.updated";

    private CloudEvents() {}

    /**
     * A record ready to send.
     *
     * @param type one of the constants of this class
     * @param source who sends, for example {@code worker/gpu-3}
     * @param id unique for the source: the same fact sent twice has the same id
     */
    public static ProducerRecord<String, byte[]> record(
            String topic, String key, String type, String source, String id, Instant time, byte[] body) {
        ProducerRecord<String, byte[]> message = new ProducerRecord<>(topic, key, body);
        Headers headers = message.headers();
        add(headers, "ce_specversion", "1.0");
        add(headers, "ce_type", type);
        add(headers, "ce_source", source);
        add(headers, "ce_id", id);
        add(headers, "ce_time", time.toString());
        add(headers, "content-type", "application/json");
        return message;
    }

    /** A task event with its type, source and id derived from it. */
    public static ProducerRecord<String, byte[]> record(String topic, TaskEvent event) {
        return record(
                topic,
                event.workloadId().toString(),
                type(event),
                "worker/" + event.workerId(),
                event.dispatchId() + "/" + event.taskId(),
                event.at(),
                MessageJson.write((Record) event));
    }

    /** The value of an attribute such as {@code ce_type}; null if the record carries none. */
    public static @Nullable String attribute(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static String type(TaskEvent event) {
        if (event instanceof TaskSucceeded) {
            return TASK_SUCCEEDED;
        }
        return event instanceof TaskFailed ? TASK_FAILED : TASK_DECLINED;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
