package io.selfcascade.platform.trigger;

import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of {@code schedule_offset}: how far the topic of a schedule has been collected. */
final class ScheduleOffsets {

    private final JdbcClient jdbc;

    ScheduleOffsets(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return the next offset of each partition that has been collected before */
    Map<Integer, Long> of(UUID schedule, String topic) {
        return jdbc.sql("SELECT topic_partition, next_offset FROM schedule_offset WHERE schedule_id = :schedule AND topic = :topic")
                .param("schedule", schedule)
                .param("topic", topic)
                .query((rs, n) -> Map.entry(rs.getInt(1), rs.getLong(2)))
                .list().stream().collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    void move(UUID schedule, Map<TopicPartition, Long> positions) {
        positions.forEach((partition, offset) -> jdbc.sql("""
                INSERT INTO schedule_offset (schedule_id, topic, topic_partition, next_offset)
                VALUES (:schedule, :topic, :partition, :offset)
                ON CONFLICT (schedule_id, topic, topic_partition) DO UPDATE SET next_offset = excluded.next_offset
                """)
                .param("schedule", schedule)
                .param("topic", partition.topic())
                .param("partition", partition.partition())
                .param("offset", offset)
                .update());
    }
}
