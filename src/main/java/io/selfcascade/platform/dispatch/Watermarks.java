package io.selfcascade.platform.dispatch;

import java.time.OffsetDateTime;
import java.util.Collection;
import org.apache.kafka.common.TopicPartition;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Until when the reports of workers have been applied. A lease expires only against this: if the coordinators slept, the
 * beats that kept it alive are still in the topic.
 */
final class Watermarks {

    private final JdbcClient jdbc;

    Watermarks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The ledger's time, to be taken before the end of a topic is asked for. */
    OffsetDateTime now() {
        return jdbc.sql("SELECT ledger_now()").query(OffsetDateTime.class).single();
    }

    /** Topics of a former prefix are never caught up with again: they must not keep leases from ending. */
    void forgetAllBut(Collection<String> topics) {
        jdbc.sql("DELETE FROM event_watermark WHERE NOT topic = ANY(:topics)")
                .param("topics", topics.toArray(String[]::new))
                .update();
    }

    /** Nothing is known of these partitions yet, so nothing expires until all of them have been caught up with. */
    void expect(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> jdbc.sql("""
                INSERT INTO event_watermark (topic, partition, caught_up_at) VALUES (:topic, :partition, '-infinity')
                ON CONFLICT (topic, partition) DO NOTHING
                """)
                .param("topic", partition.topic())
                .param("partition", partition.partition())
                .update());
    }

    /** Everything sent to the partitions before {@code time} has been applied. */
    void caughtUp(Collection<TopicPartition> partitions, OffsetDateTime time) {
        partitions.forEach(partition -> jdbc.sql("""
                UPDATE event_watermark SET caught_up_at = greatest(caught_up_at, :time)
                 WHERE topic = :topic AND partition = :partition
                """)
                .param("time", time)
                .param("topic", partition.topic())
                .param("partition", partition.partition())
                .update());
    }
}
