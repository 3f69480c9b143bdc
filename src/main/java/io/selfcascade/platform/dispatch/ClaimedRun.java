package io.selfcascade.platform.dispatch;

import java.util.UUID;

/**
 * The right to conduct a run, until its lease ends.
 *
 * @param epoch grows with every claim of the run; proves the right to every transaction
 * @param generation the generation to conduct
 */
public record ClaimedRun(UUID workloadId, long epoch, int generation) {}
