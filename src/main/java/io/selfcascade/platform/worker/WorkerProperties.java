package io.selfcascade.platform.worker;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What a worker is called, what it runs on and how much it takes at once.
 *
 * @param id name it keeps over restarts; empty means one of {@link DefaultWorkerId}
 * @param pool queue it serves
 * @param device kind of processor the models run on
 * @param deviceIndex which one of its kind, from 0
 * @param modelCache where models that are packed in the jar are unpacked
 * @param slots task messages it runs at the same time
 * @param threads of a native call; 0 means the machine's cores divided by the slots
 * @param microBatch most items in one native call
 * @param batchPixels most pixels in one native call; a larger picture runs alone
 * @param maxPixels largest picture it accepts at all
 * @param residentModels models it keeps loaded
 * @param beat between two signs of life
 * @param clockTolerance how far its clock may be ahead of the coordinator's
 * @param drainTimeout how long a stopping worker may finish the run it has begun
 */
@ConfigurationProperties("selfcascade.worker")
record WorkerProperties(
        @DefaultValue("") String id,
        @DefaultValue("cpu") String pool,
        @DefaultValue("cpu") Device.Kind device,
        @DefaultValue("0") int deviceIndex,
        @DefaultValue("var/models") Path modelCache,
        @DefaultValue("1") int slots,
        @DefaultValue("0") int threads,
        @DefaultValue("8") int microBatch,
        @DefaultValue("2097152") long batchPixels,
        @DefaultValue("4194304") long maxPixels,
        @DefaultValue("1") int residentModels,
        @DefaultValue("5s") Duration beat,
        @DefaultValue("60s") Duration clockTolerance,
        @DefaultValue("15s") Duration drainTimeout) {

    WorkerProperties {
        require(id.matches("[A-Za-z0-9._-]{0,128}"), "id: " + id + " (expected letters, digits and . _ -)");
        require(pool.matches("[a-z0-9-]{1,64}"), "pool: " + pool + " (expected lower-case letters, digits and -)");
        require(slots >= 1 && slots <= 64, "slots: " + slots + " (expected 1..64)");
        require(threads >= 0, "threads: " + threads + " (expected at least 0)");
        require(microBatch >= 1, "micro-batch: " + microBatch + " (expected at least 1)");
        require(batchPixels >= 1, "batch-pixels: " + batchPixels + " (expected at least 1)");
        require(maxPixels >= 1, "max-pixels: " + maxPixels + " (expected at least 1)");
        require(residentModels >= 1, "resident-models: " + residentModels + " (expected at least 1)");
        require(beat.toMillis() >= 100 && beat.toSeconds() <= 10,
                "beat: " + beat + " (expected 100ms..10s, a third of the 30 s lease)");
    }

    Device processor() {
        return new Device(device, deviceIndex);
    }

    String idOr(Supplier<String> fallback) {
        return id.isEmpty() ? fallback.get() : id;
    }

    int threadsPerSlot() {
        return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / slots);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.worker." + what);
        }
    }
}
