package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskFailed;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Applies what workers report, many events in one transaction.
 *
 * <p>An event counts only if its task still points at the event's dispatch: everything else has been overtaken and
 * changes nothing, however often it arrives.
 */
final class TaskAcceptance {

    private final JdbcClient jdbc;
    private final LedgerTransactions transactions;
    private final Revisions revisions;
    private final DispatchSignal signal;
    private final AcceptedResults results;
    private final FailedTasks failures;
    private final BatchLimits limits;

    TaskAcceptance(
            JdbcClient jdbc,
            LedgerTransactions transactions,
            Revisions revisions,
            DispatchSignal signal,
            FailedTasks failures,
            BatchLimits limits) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.revisions = revisions;
        this.signal = signal;
        this.results = new AcceptedResults(jdbc);
        this.failures = failures;
        this.limits = limits;
    }

    /** @return how many of the events changed their task; the others were duplicates or had been overtaken */
    int accept(List<? extends TaskEvent> events) {
        List<TaskEvent> distinct = List.copyOf(distinct(events).values());
        int applied = transactions.run(() -> apply(distinct));
        limits.learn(distinct);
        return applied;
    }

    private int apply(List<TaskEvent> events) {
        Long[] dispatches = lock(events);
        Progress progress = new Progress();
        int applied = results.accept(only(events, TaskSucceeded.class), progress)
                + failures.fail(only(events, TaskFailed.class), progress)
                + failures.putBack(only(events, TaskDeclined.class), progress);
        close(dispatches);
        progress.write(jdbc, revisions);
        signal.raise();
        return applied;
    }

    /** A worker reports a task once per dispatch; the broker may deliver the report twice. */
    private static Map<List<Long>, TaskEvent> distinct(List<? extends TaskEvent> events) {
        Map<List<Long>, TaskEvent> first = new LinkedHashMap<>();
        events.forEach(event -> first.putIfAbsent(List.of(event.taskId(), event.dispatchId()), event));
        return first;
    }

    private Long[] lock(List<TaskEvent> events) {
        return jdbc.sql("SELECT id FROM task_dispatch WHERE id = ANY(:dispatches) ORDER BY id FOR UPDATE")
                .param("dispatches", events.stream().map(TaskEvent::dispatchId).distinct().toArray(Long[]::new))
                .query(Long.class)
                .list()
                .toArray(Long[]::new);
    }

    private void close(Long[] dispatches) {
        jdbc.sql("""
                UPDATE task_dispatch d SET state = 'closed', closed_at = ledger_now(), closed_by = 'results'
                 WHERE d.id = ANY(:dispatches) AND d.state <> 'closed'
                   AND NOT EXISTS (SELECT FROM stage_task t WHERE t.dispatch_id = d.id AND t.state = 'dispatched')
                """)
                .param("dispatches", dispatches)
                .update();
    }

    private static <E extends TaskEvent> List<E> only(List<TaskEvent> events, Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
