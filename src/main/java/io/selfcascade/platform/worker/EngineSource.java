package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import io.selfcascade.spec.ModelRef;
import java.util.List;

/** Where a worker's engines come from: the models this machine has, and the device it runs them on. */
interface EngineSource {

    DeviceFacts device();

    /** Ids of the models it can load. */
    List<String> models();

    /** Whether it has the model with exactly these weights. */
    boolean has(ModelRef model);

    /**
     * Loads a model; the caller closes it.
     *
     * @throws io.selfcascade.spec.CascadeException MODEL_UNAVAILABLE, CHECKPOINT_INVALID, CHECKPOINT_UNSUPPORTED
     */
    StageEngine open(ModelRef model);
}
