package io.selfcascade.platform.report;

import io.selfcascade.platform.dispatch.WorkerState;
import java.time.Instant;
import java.util.List;

/**
 * A worker as its last beat described it.
 *
 * @param slots task messages it runs at the same time
 * @param deviceKind cpu or cuda
 * @param memoryBytes of the device
 * @param maxPixels of the largest stage it takes
 * @param running task messages it holds now
 */
public record WorkerView(
        String id,
        String pool,
        WorkerState state,
        int slots,
        String deviceKind,
        String deviceName,
        long memoryBytes,
        long maxPixels,
        List<String> models,
        int running,
        Instant lastSeen) {

    public WorkerView {
        models = List.copyOf(models);
    }
}
