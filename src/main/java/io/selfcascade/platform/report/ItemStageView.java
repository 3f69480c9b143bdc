package io.selfcascade.platform.report;

import io.selfcascade.platform.dispatch.LedgerItem;
import io.selfcascade.platform.dispatch.TaskState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One item at one stage it has come to.
 *
 * @param draft whether the stage makes the item's draft
 * @param pool whose workers take it; another than planned after it ran out of memory
 * @param attempts runs so far: those that failed or were lost, and the one that is with a worker or has succeeded
 * @param workerLosses how many of them took their worker with them
 * @param error why the last run that ended did not succeed, also while the next is awaited; null if none failed, or one succeeded
 * @param notBefore when it is sent again at the earliest; null unless it waits for that
 */
public record ItemStageView(
        int stage,
        String kind,
        int width,
        int height,
        boolean draft,
        String pool,
        TaskState state,
        int attempts,
        int workerLosses,
        LedgerItem.@Nullable Error error,
        @Nullable Instant notBefore) {}
