package io.selfcascade.platform.dispatch.message;

import java.time.Instant;
import java.util.UUID;

/**
 * What became of one task of a dispatch. A run sends exactly one event per task, or none if the worker dies.
 *
 * <p>An event changes the ledger only while the task still points at the event's dispatch.
 */
public sealed interface TaskEvent permits TaskSucceeded, TaskFailed, TaskDeclined {

    long taskId();

    long dispatchId();

    UUID workloadId();

    int ordinal();

    int stage();

    String workerId();

    UUID bootId();

    Instant at();
}
