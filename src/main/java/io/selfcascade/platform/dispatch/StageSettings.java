package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;

/** What the plan of a workload keeps of a stage for its task messages: one value for all tasks of a batch key. */
record StageSettings(ModelRef model, StageSpec stage) {}
