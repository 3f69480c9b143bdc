package io.selfcascade.platform.dispatch;

import java.util.UUID;

/** Hears of changes of workloads inside the transaction that makes them: what it writes is committed with the change. */
@FunctionalInterface
public interface WorkloadChanges {

    /**
     * The state of a run, or what people want of it, has changed. Progress is not told.
     *
     * @param revision of the event that was written for it
     */
    void changed(UUID workload, long revision);
}
