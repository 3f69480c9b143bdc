package io.selfcascade.platform.dispatch.message;

import java.util.List;
import java.util.UUID;

/**
 * A worker's sign of life: registration, capability, lease renewal and progress in one.
 *
 * @param bootId new at every start of the worker; a new one ends the leases of the worker's former boots
 * @param seq from 1, grows by one per beat of a boot; one that is not greater than the last is ignored
 * @param running dispatches whose events are not yet acknowledged by the broker
 */
public record WorkerBeat(
        String workerId,
        UUID bootId,
        long seq,
        String pool,
        int slots,
        State state,
        DeviceFacts device,
        List<String> models,
        List<Running> running) {

    public WorkerBeat {
        models = List.copyOf(models);
        running = List.copyOf(running);
    }

    /** Whether the worker takes new tasks; {@code GONE} is the last beat of a clean stop. */
    public enum State {
        UP,
        DRAINING,
        GONE
    }

    /** What the worker runs on. */
    public record DeviceFacts(String kind, String name, long memoryBytes, long maxPixels) {}

    /** A dispatch under way and how far its denoising is. */
    public record Running(long dispatchId, int step, int steps) {}
}
