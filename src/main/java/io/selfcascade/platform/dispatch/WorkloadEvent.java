package io.selfcascade.platform.dispatch;

import java.util.UUID;

/**
 * What a workload looked like after a change.
 *
 * @param revision grows with every change of the workload; events are committed in this order
 * @param isTerminal whether its generation had ended
 * @param json a workload event of docs/spec/dispatch.md, on one line
 */
public record WorkloadEvent(UUID workload, long revision, boolean isTerminal, String json) {}
