package io.selfcascade.platform.plan;

import io.selfcascade.spec.StageSpec;

/**
 * A stage with everything dispatch needs to know about it.
 *
 * @param pool workers that take it
 * @param batchKey equal for stages whose tasks can share a task message: same model, stage settings and digest
 * @param maxItems most tasks in one task message
 * @param runLimitSeconds after which a worker ends its own run
 */
public record PlannedStage(StageSpec spec, String pool, long batchKey, int maxItems, int runLimitSeconds) {}
