package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import java.util.ArrayList;
import java.util.List;

/** The model and the SQL ledger, to which the same things happen: whatever can be observed must be the same. */
final class LedgerTwins {

    final LedgerModel model;
    final SqlLedger sql;
    final List<LedgerOperation> history = new ArrayList<>();

    /** @param flaws of the model: then the two are expected to part */
    LedgerTwins(Flaw... flaws) {
        sql = new SqlLedger();
        model = new LedgerModel(SqlLedger.RANKS, flaws);
    }

    /**
     * Does this to both.
     *
     * @return what the model answered
     * @throws AssertionError if the answers differ, or the rows afterwards
     */
    Object apply(LedgerOperation operation) {
        history.add(operation);
        Object expected = operation.outcome(model);
        Object actual = operation.outcome(sql);
        compareAnswers(expected, actual);
        compareRows(model.rows().lines(), sql.rows().lines());
        return expected;
    }

    void compareAnswers(Object expected, Object actual) {
        if (!normal(expected).equals(normal(actual))) {
            throw new AssertionError("Answers differ at " + position() + "\n  model " + normal(expected) + "\n  sql   " + normal(actual));
        }
        if (expected instanceof List<?> messages) {
            for (int n = 0; n < messages.size(); n++) {
                sql.same((TaskMessage) messages.get(n), (TaskMessage) ((List<?>) actual).get(n));
            }
        }
    }

    private void compareRows(List<String> expected, List<String> actual) {
        if (!expected.equals(actual)) {
            throw new AssertionError("Rows differ after " + position() + "\n" + difference(expected, actual));
        }
    }

    static String difference(List<String> expected, List<String> actual) {
        List<String> missing = new ArrayList<>(expected);
        missing.removeAll(actual);
        List<String> surplus = new ArrayList<>(actual);
        surplus.removeAll(expected);
        return "  model " + String.join("\n        ", missing) + "\n  sql   " + String.join("\n        ", surplus);
    }

    private String position() {
        return "operation " + history.size() + ": " + history.get(history.size() - 1);
    }

    /** Without the ids of tasks and dispatches, which each ledger gives as it likes. */
    static Object normal(Object answer) {
        return answer instanceof List<?> messages ? messages.stream().map(message -> normal((TaskMessage) message)).toList() : answer;
    }

    private static TaskMessage normal(TaskMessage message) {
        return new TaskMessage(0, message.pool(), message.expiresAt(), message.leaseS(), message.beatS(), message.runLimitS(),
                message.model(), message.stage(), message.tasks().stream().map(task -> normal(message, task)).toList());
    }

    private static TaskMessage.Task normal(TaskMessage message, TaskMessage.Task task) {
        String prefix = task.outputPrefix().replace("." + message.dispatchId() + ".", ".#.");
        return new TaskMessage.Task(0, task.workloadId(), task.ordinal(), task.attempt(), task.seed(), task.prompt(),
                task.negativePrompt(), task.input(), prefix, task.previewPrefix());
    }
}
