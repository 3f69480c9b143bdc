package io.selfcascade.diffusion.tensor;

import ai.djl.ndarray.NDArray;
import io.selfcascade.spec.UpsampleKernel;

/**
 * The few operations on arrays a sampler needs between two runs of a network. Every result belongs to the scope given,
 * never to the scope of an operand, and no operand is changed.
 */
public final class TensorMath {

    // DJL's numbers; its 2 is PyTorch's "area".
    private static final int NEAREST = 0;
    private static final int BILINEAR = 1;

    private TensorMath() {}

    /**
     * Resizes maps with align_corners false and no antialiasing, as PyTorch's {@code interpolate}.
     *
     * @param maps (B, C, h, w) float32
     * @return (B, C, height, width) float32
     */
    public static NDArray resize(TensorScope scope, NDArray maps, UpsampleKernel kernel, long height, long width) {
        boolean shrinks = height < maps.getShape().get(2) || width < maps.getShape().get(3);
        // DJL's bilinear antialiases, which changes nothing as long as no axis shrinks, and is the faster one.
        return kernel == UpsampleKernel.BILINEAR && !shrinks
                ? interpolate(scope, maps, BILINEAR, height, width)
                : resizeByWeights(scope, maps, kernel, Math.toIntExact(height), Math.toIntExact(width));
    }

    /**
     * Resizes maps by repeating the nearest cell.
     *
     * @param maps (B, C, h, w) float32
     * @return (B, C, height, width) float32
     */
    public static NDArray resizeNearest(TensorScope scope, NDArray maps, long height, long width) {
        return interpolate(scope, maps, NEAREST, height, width);
    }

    /** {@code x + y}, shapes broadcast. */
    public static NDArray add(TensorScope scope, NDArray x, NDArray y) {
        return scope.adopt(x.add(y));
    }

    /** {@code a x}. */
    public static NDArray scale(TensorScope scope, double a, NDArray x) {
        return scope.adopt(x.mul((float) a));
    }

    /** {@code a x + b y}, shapes broadcast. */
    public static NDArray mix(TensorScope scope, double a, NDArray x, double b, NDArray y) {
        try (NDArray ax = x.mul((float) a); NDArray by = y.mul((float) b)) {
            return scope.adopt(ax.add(by));
        }
    }

    /** Joins arrays along an axis. */
    public static NDArray concat(TensorScope scope, NDArray first, NDArray second, int axis) {
        return scope.adopt(first.concat(second, axis));
    }

    /** Items {@code from} (inclusive) to {@code to} (exclusive) of the batch axis, copied. */
    public static NDArray items(TensorScope scope, NDArray batch, long from, long to) {
        try (NDArray view = batch.get(from + ":" + to)) {
            return scope.adopt(view.duplicate());
        }
    }

    /** Whether no value is NaN or infinite. */
    public static boolean isFinite(NDArray x) {
        // 0 * NaN and 0 * infinity are NaN, and NaN survives the sum; one small array instead of a mask.
        try (NDArray zeros = x.mul(0f); NDArray sum = zeros.sum()) {
            return sum.getFloat() == 0f;
        }
    }

    private static NDArray resizeByWeights(
            TensorScope scope, NDArray maps, UpsampleKernel kernel, int height, int width) {
        int fromHeight = Math.toIntExact(maps.getShape().get(2));
        int fromWidth = Math.toIntExact(maps.getShape().get(3));
        try (TensorScope work = TensorScope.open(scope)) {
            NDArray rows = work.floats(ResizeWeights.matrix(kernel, fromHeight, height), height, fromHeight);
            NDArray columns = work.floats(ResizeWeights.matrix(kernel, fromWidth, width), width, fromWidth).transpose();
            NDArray wide = work.adopt(maps.matMul(columns));   // (B, C, h, w) -> (B, C, h, W)
            return work.keep(rows.matMul(wide));   // (B, C, h, W) -> (B, C, H, W)
        }
    }

    private static NDArray interpolate(TensorScope scope, NDArray maps, int mode, long height, long width) {
        return scope.adopt(maps.getNDArrayInternal().interpolation(new long[] {height, width}, mode, false));
    }
}
