package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import java.util.List;

/** What a worker tells of itself with every beat. */
record WorkerFacts(String pool, int slots, DeviceFacts device, List<String> models) {

    WorkerFacts {
        models = List.copyOf(models);
    }
}
