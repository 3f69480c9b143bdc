package io.selfcascade.platform.deadletter;

import io.selfcascade.platform.dispatch.StoredState;
import io.selfcascade.platform.intake.DeadLetterFilter;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The dead letters of this installation, and which of them shall be sent again. */
public class DeadLetterLedger {

    private static final String SELECT = """
            SELECT id, topic, topic_offset, code, reason, coalesce(octet_length(value), 0) AS value_bytes, came_at, came_from,
                   state, sends, redriven_at
              FROM dead_letter
            """;
    private static final String MATCHING = """
             (:topic::text IS NULL OR topic = :topic::text) AND (:code::text IS NULL OR code = :code::text)
             AND (:before::timestamptz IS NULL OR came_at < :before::timestamptz)
            """;

    private final JdbcClient jdbc;

    DeadLetterLedger(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Keeps a record of a dead-letter topic. One that is kept already, or was and has been redriven, changes nothing. */
    void keep(ConsumerRecord<byte[], byte[]> message) {
        RefusedRecord refused = new RefusedRecord(message);
        jdbc.sql("""
                INSERT INTO dead_letter (dlt_topic, dlt_partition, dlt_offset, topic, topic_offset, code, reason, key, value,
                                         header_names, header_values, came_at, came_from)
                VALUES (:dltTopic, :partition, :offset, :topic, :position, :code, :reason, :key, :value, :names, :values,
                        ledger_now(), :cameFrom)
                ON CONFLICT ON CONSTRAINT dead_letter_once DO NOTHING
                """)
                .param("dltTopic", message.topic())
                .param("partition", message.partition())
                .param("offset", message.offset())
                .param("topic", refused.topic())
                .param("position", refused.position())
                .param("code", refused.code())
                .param("reason", refused.reason())
                .param("key", message.key())
                .param("value", message.value())
                .param("names", refused.headers().stream().map(header -> header.key().getBytes(StandardCharsets.UTF_8))
                        .toArray(byte[][]::new))
                .param("values", refused.headers().stream().map(header -> header.value()).toArray(byte[][]::new))
                .param("cameFrom", refused.cameFrom())
                .update();
    }

    /**
     * Newest first.
     *
     * @param filter its limit is the length of the page
     * @param after the last id of the page before; null for the first page
     */
    public List<DeadLetter> page(DeadLetterFilter filter, @Nullable DeadLetterState state, @Nullable Long after) {
        return matching(SELECT + " WHERE " + MATCHING + """
                 AND (:state::text IS NULL OR state = :state::text) AND (:after::bigint IS NULL OR id < :after::bigint)
                 ORDER BY id DESC LIMIT :limit
                """, filter)
                .param("state", state == null ? null : state.stored())
                .param("after", after)
                .query((rs, n) -> letter(rs))
                .list();
    }

    /** @throws CascadeException NOT_FOUND if there is no such dead letter, or it has been deleted */
    public DeadLetter get(long id) {
        return jdbc.sql(SELECT + " WHERE id = :id").param("id", id).query((rs, n) -> letter(rs)).optional()
                .orElseThrow(() -> notFound(id));
    }

    /** @throws CascadeException NOT_FOUND as {@link #get} */
    public DeadRecord content(long id) {
        return jdbc.sql("SELECT id, topic, key, value, header_names, header_values FROM dead_letter WHERE id = :id")
                .param("id", id)
                .query((rs, n) -> content(rs))
                .optional()
                .orElseThrow(() -> notFound(id));
    }

    /**
     * Has a dead letter sent to its topic again. When this returns that is certain to happen, whatever dies. One that is under
     * way, or has been sent, is not sent again: if it was refused once more, that made a dead letter of its own.
     *
     * @throws CascadeException NOT_FOUND as {@link #get}
     */
    public DeadLetter redrive(long id) {
        jdbc.sql("UPDATE dead_letter SET state = 'redriving' WHERE id = :id AND state = 'kept'").param("id", id).update();
        return get(id);
    }

    /**
     * The same for all that match and are kept, oldest first, up to the filter's limit.
     *
     * @return their ids
     */
    public List<Long> redrive(DeadLetterFilter filter) {
        return matching("""
                UPDATE dead_letter SET state = 'redriving'
                 WHERE id IN (SELECT id FROM dead_letter WHERE state = 'kept' AND
                """ + MATCHING + " ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED) RETURNING id", filter)
                .query(Long.class)
                .list().stream().sorted().toList();
    }

    /** Whether anything that matches is kept. */
    public boolean anyKept(DeadLetterFilter filter) {
        return matching("SELECT EXISTS (SELECT FROM dead_letter WHERE state = 'kept' AND " + MATCHING
                + " LIMIT :limit)", filter).query(Boolean.class).single();
    }

    /** Locks those that shall be sent; another process sends others meanwhile. */
    List<DeadRecord> lockRedriving(int most) {
        return jdbc.sql("""
                SELECT id, topic, key, value, header_names, header_values FROM dead_letter
                 WHERE state = 'redriving' ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
                """)
                .param("most", most)
                .query((rs, n) -> content(rs))
                .list();
    }

    /** Inside the transaction that locked it. */
    void redriven(long id) {
        jdbc.sql("""
                UPDATE dead_letter SET state = 'redriven', redriven_at = ledger_now(), sends = sends + 1 WHERE id = :id
                """)
                .param("id", id)
                .update();
    }

    /** Inside the transaction that locked it: the broker will never take it. */
    void keepAfterAll(long id) {
        jdbc.sql("UPDATE dead_letter SET state = 'kept' WHERE id = :id").param("id", id).update();
    }

    /** Deletes what is older, and the oldest beyond a number; what is being sent stays. */
    int clean(long retentionSeconds, int most) {
        return jdbc.sql("""
                DELETE FROM dead_letter
                 WHERE state <> 'redriving' AND (came_at < ledger_now() - :retention * interval '1 second'
                       OR id <= (SELECT id FROM dead_letter ORDER BY id DESC OFFSET :most LIMIT 1))
                """)
                .param("retention", retentionSeconds)
                .param("most", most)
                .update();
    }

    private JdbcClient.StatementSpec matching(String sql, DeadLetterFilter filter) {
        return jdbc.sql(sql)
                .param("topic", filter.topic())
                .param("code", filter.code())
                .param("before", filter.before() == null ? null : filter.before().atOffset(ZoneOffset.UTC))
                .param("limit", filter.limit());
    }

    private static DeadLetter letter(ResultSet rs) throws SQLException {
        Instant cameAt = rs.getObject("came_at", OffsetDateTime.class).toInstant();
        OffsetDateTime redrivenAt = rs.getObject("redriven_at", OffsetDateTime.class);
        return new DeadLetter(rs.getLong("id"), rs.getString("topic"), rs.getString("topic_offset"), rs.getString("code"),
                rs.getString("reason"), rs.getInt("value_bytes"), cameAt, rs.getObject("came_from", Long.class),
                StoredState.of(DeadLetterState.class, rs.getString("state")), rs.getInt("sends"),
                redrivenAt == null ? null : redrivenAt.toInstant());
    }

    private static DeadRecord content(ResultSet rs) throws SQLException {
        byte[][] names = (byte[][]) rs.getArray("header_names").getArray();
        byte[][] values = (byte[][]) rs.getArray("header_values").getArray();
        List<DeadRecord.Header> headers = IntStream.range(0, names.length)
                .mapToObj(i -> new DeadRecord.Header(new String(names[i], StandardCharsets.UTF_8), values[i]))
                .toList();
        return new DeadRecord(rs.getLong("id"), rs.getString("topic"), rs.getBytes("key"), rs.getBytes("value"), headers);
    }

    private static CascadeException notFound(long id) {
        return new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find dead letter: " + id + " (see GET /v1/dead-letters; old ones are deleted)");
    }
}
