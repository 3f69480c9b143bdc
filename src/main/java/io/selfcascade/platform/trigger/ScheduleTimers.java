package io.selfcascade.platform.trigger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of {@code schedule_timer}, each the lock of its schedule. */
final class ScheduleTimers {

    private static final String SELECT = """
            SELECT decided_until, next_at, ledger_now() AS now FROM schedule_timer WHERE schedule_id = :schedule
            """;

    private final JdbcClient jdbc;

    ScheduleTimers(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The ledger's time. */
    Instant now() {
        return jdbc.sql("SELECT ledger_now()").query(OffsetDateTime.class).single().toInstant();
    }

    /** @return schedules that are due, in the order of their times */
    List<UUID> due(int most) {
        return jdbc.sql("SELECT schedule_id FROM schedule_timer WHERE wake_at <= ledger_now() ORDER BY wake_at LIMIT :most")
                .param("most", most)
                .query(UUID.class)
                .list();
    }

    /** @return the timer, locked until the transaction ends; empty if there is no such schedule any more */
    Optional<Timer> lock(UUID schedule) {
        return jdbc.sql(SELECT + " FOR UPDATE").param("schedule", schedule).query((rs, n) -> timer(rs)).optional();
    }

    /** As {@link #lock}, empty also if it is not due or somebody else decides about it: then nothing is left to do here. */
    Optional<Timer> lockIfDue(UUID schedule) {
        return jdbc.sql(SELECT + " AND wake_at <= ledger_now() FOR UPDATE SKIP LOCKED")
                .param("schedule", schedule)
                .query((rs, n) -> timer(rs))
                .optional();
    }

    /** As {@link #lock}, empty also if somebody else decides about it. */
    Optional<Timer> lockIfFree(UUID schedule) {
        return jdbc.sql(SELECT + " FOR UPDATE SKIP LOCKED").param("schedule", schedule).query((rs, n) -> timer(rs)).optional();
    }

    /** @return the timer as it is; empty if there is no such schedule */
    Optional<Timer> find(UUID schedule) {
        return jdbc.sql(SELECT).param("schedule", schedule).query((rs, n) -> timer(rs)).optional();
    }

    /** Sets the timer of a schedule, new or locked. */
    void set(UUID schedule, Instant decidedUntil, @Nullable Instant nextAt) {
        jdbc.sql("""
                INSERT INTO schedule_timer (schedule_id, decided_until, next_at, wake_at)
                VALUES (:schedule, :decidedUntil, :nextAt::timestamptz, :nextAt::timestamptz)
                ON CONFLICT (schedule_id) DO UPDATE
                   SET decided_until = excluded.decided_until, next_at = excluded.next_at, wake_at = excluded.wake_at
                """)
                .param("schedule", schedule)
                .param("decidedUntil", utc(decidedUntil))
                .param("nextAt", nextAt == null ? null : utc(nextAt))
                .update();
    }

    /** Has a due schedule looked at again a little later. */
    void postpone(UUID schedule, Duration delay) {
        jdbc.sql("""
                UPDATE schedule_timer SET wake_at = ledger_now() + :delay * interval '1 second'
                 WHERE schedule_id = :schedule AND wake_at <= ledger_now()
                """)
                .param("delay", delay.toSeconds())
                .param("schedule", schedule)
                .update();
    }

    static OffsetDateTime utc(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static Timer timer(ResultSet rs) throws SQLException {
        OffsetDateTime nextAt = rs.getObject("next_at", OffsetDateTime.class);
        return new Timer(rs.getObject("decided_until", OffsetDateTime.class).toInstant(),
                nextAt == null ? null : nextAt.toInstant(), rs.getObject("now", OffsetDateTime.class).toInstant());
    }

    /**
     * How far a schedule is.
     *
     * @param decidedUntil of every time up to here it is decided what became of it
     * @param now the ledger's time at which this was read
     */
    record Timer(Instant decidedUntil, @Nullable Instant nextAt, Instant now) {

        /** From when on times count again if they did not until now; never what was decided already. */
        Instant restart() {
            return now.isAfter(decidedUntil) ? now : decidedUntil;
        }
    }
}
