package io.selfcascade.diffusion.tensor;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * Prepares a thread for libtorch. Gradient mode, the graph optimiser flag and the number of threads are all kept per
 * thread by libtorch, and a fresh thread starts with gradients on: every intermediate would then pile up.
 */
public final class TorchRuntime {

    private static final ThreadLocal<Boolean> READY = ThreadLocal.withInitial(() -> false);

    private TorchRuntime() {}

    /**
     * Loads the engine if this is the first call in the process, and sets this thread up: gradients off, graph
     * optimiser off (it recompiles at each new shape and gains nothing here), {@code threads} threads within an op.
     * Calling it again changes only the number of threads.
     *
     * @param threads threads one operation may use on the processor, at least 1
     * @throws CascadeException INVALID_REQUEST if {@code threads} is below 1
     */
    public static void prepareThread(int threads) {
        if (threads < 1) {
            throw new CascadeException(ErrorCode.INVALID_REQUEST, "Invalid threads: " + threads + " (expected 1 or more)");
        }
        engine();
        JniUtils.setNumThreads(threads);
        JniUtils.setGraphExecutorOptimize(false);
        JniUtils.setGradMode(false);
        READY.set(true);
    }

    /**
     * Checks that this thread was prepared.
     *
     * @throws CascadeException INTERNAL if it was not
     */
    public static void requirePrepared() {
        if (!READY.get()) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot use libtorch on thread: "
                    + Thread.currentThread().getName() + " (call TorchRuntime.prepareThread on it first)");
        }
    }

    static Engine engine() {
        // Must be set before the engine class loads: without it a missing native library is looked for on the network.
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
        return Engine.getEngine("PyTorch");
    }
}
