package io.selfcascade.platform.trigger;

import io.selfcascade.platform.dispatch.StoredState;
import io.selfcascade.platform.trigger.ScheduleRun.Cause;
import io.selfcascade.platform.trigger.ScheduleRun.Refusal;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import io.selfcascade.spec.CascadeException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The rows of {@code schedule_run}: one for every time of a schedule, unless it lies longer ago than history is kept. */
final class ScheduleRuns {

    private static final String SELECT = """
            SELECT id, logical_date, cause, scheduled_for, state, reason, decided_at FROM schedule_run
            """;

    private final JdbcClient jdbc;

    ScheduleRuns(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return the new run's id; empty if there is one of that logical date already */
    Optional<Long> insert(UUID schedule, ScheduledTime time, Cause cause, @Nullable String requestKey, State state,
            @Nullable String reason) {
        return jdbc.sql("""
                INSERT INTO schedule_run (schedule_id, logical_date, cause, request_key, scheduled_for, state, reason, decided_at)
                VALUES (:schedule, :logicalDate, :cause, :key, :scheduledFor, :state, :reason, ledger_now())
                ON CONFLICT (schedule_id, logical_date) DO NOTHING
                RETURNING id
                """)
                .param("schedule", schedule)
                .param("logicalDate", time.logicalDate())
                .param("cause", cause.stored())
                .param("key", requestKey)
                .param("scheduledFor", ScheduleTimers.utc(time.at()))
                .param("state", state.stored())
                .param("reason", reason)
                .query(Long.class)
                .optional();
    }

    void decide(long run, State state, @Nullable String reason) {
        jdbc.sql("UPDATE schedule_run SET state = :state, reason = :reason, decided_at = ledger_now() WHERE id = :run")
                .param("state", state.stored())
                .param("reason", reason)
                .param("run", run)
                .update();
    }

    void addWorkload(UUID schedule, long run, UUID workload) {
        jdbc.sql("INSERT INTO schedule_request (schedule_id, run_id, workload_id) VALUES (:schedule, :run, :workload)")
                .param("schedule", schedule)
                .param("run", run)
                .param("workload", workload)
                .update();
    }

    void addWorkload(UUID schedule, long run, UUID workload, String file, byte[] sha256) {
        jdbc.sql("""
                INSERT INTO schedule_request (schedule_id, run_id, workload_id, file, sha256)
                VALUES (:schedule, :run, :workload, :file, :sha256)
                """)
                .param("schedule", schedule)
                .param("run", run)
                .param("workload", workload)
                .param("file", file)
                .param("sha256", sha256)
                .update();
    }

    void addRefusal(UUID schedule, long run, String file, byte[] sha256, CascadeException refusal) {
        jdbc.sql("""
                INSERT INTO schedule_request (schedule_id, run_id, file, sha256, error_code, error_detail)
                VALUES (:schedule, :run, :file, :sha256, :code, :detail)
                """)
                .param("schedule", schedule)
                .param("run", run)
                .param("file", file)
                .param("sha256", sha256)
                .param("code", refusal.code().name().toLowerCase(Locale.ROOT))
                .param("detail", refusal.getMessage())
                .update();
    }

    /** Whether a run of the schedule has taken this file with this content, as a workload or a refusal. */
    boolean isTaken(UUID schedule, String file, byte[] sha256) {
        return jdbc.sql("""
                SELECT EXISTS (SELECT FROM schedule_request
                                WHERE schedule_id = :schedule AND file = :file AND sha256 = :sha256)
                """)
                .param("schedule", schedule)
                .param("file", file)
                .param("sha256", sha256)
                .query(Boolean.class)
                .single();
    }

    /** @return whether the time waits now and did not before: it is new, or nothing had been started at it */
    boolean ask(UUID schedule, ScheduledTime time) {
        return jdbc.sql("""
                INSERT INTO schedule_run AS r (schedule_id, logical_date, cause, scheduled_for, state, decided_at)
                VALUES (:schedule, :logicalDate, 'backfill', :scheduledFor, 'pending', ledger_now())
                ON CONFLICT (schedule_id, logical_date) DO UPDATE
                   SET state = 'pending', cause = 'backfill', reason = NULL, decided_at = ledger_now()
                 WHERE r.state IN ('skipped_overlap', 'missed', 'failed')
                """)
                .param("schedule", schedule)
                .param("logicalDate", time.logicalDate())
                .param("scheduledFor", ScheduleTimers.utc(time.at()))
                .update() == 1;
    }

    /** @return schedules with runs that wait and may be tried now */
    List<UUID> schedulesThatWait(int most) {
        return jdbc.sql("""
                SELECT DISTINCT schedule_id FROM schedule_run
                 WHERE state = 'pending' AND decided_at <= ledger_now() LIMIT :most
                """)
                .param("most", most)
                .query(UUID.class)
                .list();
    }

    /** @return the run of the oldest date, if it may be tried now */
    Optional<ScheduleRun> nextThatWaits(UUID schedule) {
        return jdbc.sql(SELECT + """
                 WHERE decided_at <= ledger_now() AND id = (SELECT id FROM schedule_run
                     WHERE schedule_id = :schedule AND state = 'pending' ORDER BY logical_date LIMIT 1)
                """)
                .param("schedule", schedule)
                .query((rs, n) -> run(rs))
                .optional();
    }

    void decideIfWaiting(long run, State state, @Nullable String reason) {
        jdbc.sql("""
                UPDATE schedule_run SET state = :state, reason = :reason, decided_at = ledger_now()
                 WHERE id = :run AND state = 'pending'
                """)
                .param("state", state.stored())
                .param("reason", reason)
                .param("run", run)
                .update();
    }

    /** Has a run that waits tried again a little later. */
    void postpone(long run, Duration delay) {
        jdbc.sql("""
                UPDATE schedule_run SET decided_at = ledger_now() + :delay * interval '1 second'
                 WHERE id = :run AND state = 'pending'
                """)
                .param("delay", delay.toSeconds())
                .param("run", run)
                .update();
    }

    Optional<ScheduleRun> findByKey(UUID schedule, String requestKey) {
        return withRequests(jdbc.sql(SELECT + " WHERE schedule_id = :schedule AND request_key = :key")
                .param("schedule", schedule)
                .param("key", requestKey)
                .query((rs, n) -> run(rs))
                .list()).stream().findFirst();
    }

    /**
     * The one decided last first.
     *
     * @param after the last id of the page before; null for the first page
     */
    List<ScheduleRun> page(UUID schedule, @Nullable Long after, int limit) {
        return withRequests(jdbc.sql(SELECT + """
                 WHERE schedule_id = :schedule AND (:after::bigint IS NULL OR id < :after::bigint)
                 ORDER BY id DESC LIMIT :limit
                """)
                .param("schedule", schedule)
                .param("after", after)
                .param("limit", limit)
                .query((rs, n) -> run(rs))
                .list());
    }

    private List<ScheduleRun> withRequests(List<ScheduleRun> runs) {
        Map<Long, List<Request>> requests = jdbc.sql("""
                SELECT run_id, file, workload_id, error_code, error_detail FROM schedule_request
                 WHERE run_id = ANY(:runs) ORDER BY id
                """)
                .param("runs", runs.stream().map(ScheduleRun::id).toArray(Long[]::new))
                .query((rs, n) -> new Request(rs.getLong(1), rs.getString(2), rs.getObject(3, UUID.class), rs.getString(4),
                        rs.getString(5)))
                .list().stream().collect(Collectors.groupingBy(Request::run));
        return runs.stream().map(run -> with(run, requests.getOrDefault(run.id(), List.of()))).toList();
    }

    private static ScheduleRun with(ScheduleRun run, List<Request> requests) {
        return new ScheduleRun(run.id(), run.logicalDate(), run.cause(), run.scheduledFor(), run.state(), run.reason(),
                run.decidedAt(), requests.stream().map(Request::workload).filter(Objects::nonNull).toList(),
                requests.stream().filter(request -> request.code() != null)
                        .map(request -> new Refusal(request.file(), String.valueOf(request.code()), request.detail())).toList());
    }

    private static ScheduleRun run(ResultSet rs) throws SQLException {
        return new ScheduleRun(
                rs.getLong("id"),
                rs.getObject("logical_date", LocalDateTime.class),
                StoredState.of(Cause.class, rs.getString("cause")),
                rs.getObject("scheduled_for", OffsetDateTime.class).toInstant(),
                StoredState.of(State.class, rs.getString("state")),
                rs.getString("reason"),
                rs.getObject("decided_at", OffsetDateTime.class).toInstant(),
                List.of(),
                List.of());
    }

    private record Request(long run, @Nullable String file, @Nullable UUID workload, @Nullable String code, @Nullable String detail) {}
}
