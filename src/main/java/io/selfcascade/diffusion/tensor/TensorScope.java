package io.selfcascade.diffusion.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * The one owner of native memory: closing it frees every array made in it and everything it was given to own.
 * Used by the thread that opened it, in a try-with-resources; what must live longer is kept by the parent.
 *
 * <pre>{@code
 * try (TensorScope step = TensorScope.open(stage)) {
 *     NDArray next = ...;
 *     return step.keep(next);     // now freed when stage closes
 * }
 * }</pre>
 */
public final class TensorScope implements AutoCloseable {

    // A larger buffer is not kept: one thread loading weights once would hold it for ever.
    private static final int LARGEST_STAGING = 1 << 26;
    private static final ThreadLocal<ByteBuffer> STAGING = ThreadLocal.withInitial(() -> direct(1 << 16));

    private final @Nullable TensorScope parent;
    private final Device device;
    private final NDManager manager;
    private final Deque<AutoCloseable> owned = new ConcurrentLinkedDeque<>();
    private final Set<TensorScope> children = ConcurrentHashMap.newKeySet();

    private TensorScope(@Nullable TensorScope parent, Device device, NDManager manager) {
        this.parent = parent;
        this.device = device;
        this.manager = manager;
    }

    /**
     * Opens a root scope on a device.
     *
     * @throws CascadeException INTERNAL if the thread was not prepared by {@link TorchRuntime#prepareThread}
     */
    public static TensorScope open(Device device) {
        TorchRuntime.requirePrepared();
        NDManager manager = TorchRuntime.engine().newBaseManager(toDjl(device));
        return new TensorScope(null, device, manager);
    }

    /**
     * Opens a scope inside another, on its device. The parent's close also closes it.
     *
     * @throws CascadeException INTERNAL if the thread was not prepared by {@link TorchRuntime#prepareThread}
     */
    public static TensorScope open(TensorScope parent) {
        TorchRuntime.requirePrepared();
        TensorScope child = new TensorScope(parent, parent.device, parent.manager.newSubManager());
        parent.children.add(child);
        return child;
    }

    public Device device() {
        return device;
    }

    /** The DJL manager behind this scope; arrays attached to it are freed by {@link #close()}. */
    public NDManager manager() {
        return manager;
    }

    /** How many arrays and child scopes are alive in this scope. */
    public int size() {
        return manager.getManagedArrays().size();
    }

    /**
     * Hands an array on to the parent scope.
     *
     * @return the same array, now freed by the parent
     * @throws CascadeException INTERNAL on a root scope
     */
    public NDArray keep(NDArray array) {
        if (parent == null) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot keep array: the scope has no parent (use it inside)");
        }
        array.attach(parent.manager);
        return array;
    }

    /**
     * Takes an array over from whichever scope holds it.
     *
     * @return the same array, now freed by this scope
     */
    public NDArray adopt(NDArray array) {
        array.attach(manager);
        return array;
    }

    /** Makes this scope close {@code resource} before its arrays, last given first closed. */
    public <T extends AutoCloseable> T own(T resource) {
        owned.push(resource);
        return resource;
    }

    /**
     * Copies numbers into a new array.
     *
     * @param values row-major, as many as the shape holds
     * @return float32 array of {@code shape}, owned by this scope
     * @throws CascadeException SHAPE_MISMATCH if the count differs from the shape's
     */
    public NDArray floats(float[] values, long... shape) {
        checkCount(values.length, shape);
        ByteBuffer bytes = staging(4L * values.length);
        bytes.asFloatBuffer().put(values);
        return copied(bytes, DataType.FLOAT32, shape);
    }

    /**
     * Copies whole numbers into a new array.
     *
     * @param values row-major, as many as the shape holds
     * @return int64 array of {@code shape}, owned by this scope
     * @throws CascadeException SHAPE_MISMATCH if the count differs from the shape's
     */
    public NDArray longs(long[] values, long... shape) {
        checkCount(values.length, shape);
        ByteBuffer bytes = staging(8L * values.length);
        bytes.asLongBuffer().put(values);
        return copied(bytes, DataType.INT64, shape);
    }

    /** Zeros, float32, owned by this scope. */
    public NDArray zeros(long... shape) {
        return manager.zeros(new Shape(shape), DataType.FLOAT32);
    }

    /**
     * Lays an array over bytes without copying (on the processor; on a GPU they are copied there).
     *
     * @param bytes direct, native byte order; a read-only mapping must never be updated in place
     * @param type float32, float16 or int64; never bfloat16, which aborts the process in DJL
     * @return array of {@code shape}, owned by this scope, keeping {@code bytes} reachable
     * @throws CascadeException SHAPE_MISMATCH if the bytes do not fill the shape
     */
    public NDArray over(ByteBuffer bytes, DataType type, long... shape) {
        long wanted = new Shape(shape).size() * type.getNumOfBytes();
        if (!bytes.isDirect() || bytes.remaining() != wanted) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot lay array over bytes: " + bytes.remaining()
                    + " bytes, shape " + new Shape(shape) + " wants " + wanted + " (give a direct buffer of that size)");
        }
        ByteBuffer whole = bytes.slice().order(ByteOrder.nativeOrder());
        return manager.create(whole, new Shape(shape), type);
    }

    /**
     * Copies an array to Java.
     *
     * @param array float32; stays owned by its scope
     * @return row-major numbers
     */
    public static float[] toFloats(NDArray array) {
        return array.toFloatArray();
    }

    @Override
    public void close() {
        List.copyOf(children).forEach(TensorScope::close);
        while (!owned.isEmpty()) {
            closeOwned(owned.pop());
        }
        manager.close();
        if (parent != null) {
            parent.children.remove(this);
        }
    }

    private static void checkCount(long count, long... shape) {
        if (new Shape(shape).size() != count) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH,
                    "Cannot fill array: " + count + " values for shape " + new Shape(shape) + " (give as many as it holds)");
        }
    }

    // Not DJL's create(float[]): it keeps a direct buffer per array that only the garbage collector frees, and resident
    // memory creeps. Not set(Buffer) either: the array would go on reading the buffer.
    private NDArray copied(ByteBuffer bytes, DataType type, long... shape) {
        try (NDArray view = manager.create(bytes, new Shape(shape), type)) {
            return view.duplicate();
        }
    }

    private static ByteBuffer staging(long bytes) {
        int wanted = Math.toIntExact(bytes);
        ByteBuffer buffer = STAGING.get();
        if (buffer.capacity() < wanted) {
            buffer = direct(wanted);
            if (wanted <= LARGEST_STAGING) {
                STAGING.set(buffer);
            }
        }
        return buffer.slice(0, wanted).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static ai.djl.Device toDjl(Device device) {
        return device.kind() == Device.Kind.CPU ? ai.djl.Device.cpu() : ai.djl.Device.gpu(device.index());
    }

    private static void closeOwned(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot close native resource: " + resource, e);
        }
    }
}
