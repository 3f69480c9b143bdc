package io.selfcascade.platform.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** A record of a dead-letter topic, read leniently: whatever its headers hold, it can be kept. */
record RefusedRecord(ConsumerRecord<byte[], byte[]> message) {

    private static final String SUFFIX = "-dlt";
    private static final String OURS = "dlt_";
    private static final int MOST_REASON = 1_000;

    /** The topic whose dead letters these are; a header could name another one, and a redrive would then write there. */
    String topic() {
        String name = message.topic();
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    /** The headers its sender gave it. */
    List<Header> headers() {
        return Arrays.stream(message.headers().toArray()).filter(header -> !header.key().startsWith(OURS)).toList();
    }

    @Nullable String position() {
        String partition = text("dlt_partition");
        String offset = text("dlt_offset");
        return partition == null || offset == null || !partition.matches("\\d{1,9}") || !offset.matches("\\d{1,18}")
                ? null : partition + "@" + offset;
    }

    String code() {
        String code = text("dlt_code");
        return code != null && code.matches("[a-z_]{1,64}") ? code : "unknown";
    }

    String reason() {
        String reason = text("dlt_reason");
        String kept = reason == null ? "" : reason.replace('\0', '\uFFFD');
        return kept.length() <= MOST_REASON ? kept : kept.substring(0, MOST_REASON);
    }

    @Nullable Long cameFrom() {
        String id = text(DeadRecord.CAME_FROM);
        return id != null && id.matches("\\d{1,18}") ? Long.valueOf(id) : null;
    }

    private @Nullable String text(String name) {
        Header header = message.headers().lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}
