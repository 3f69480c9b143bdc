package io.selfcascade.diffusion.graph;

/**
 * Geometry of a square convolution.
 *
 * @param size side of the kernel
 * @param stride step between results
 * @param padding zeros added at every border
 * @param dilation distance between taps
 */
public record Kernel(int size, int stride, int padding, int dilation) {

    public static final Kernel POINTWISE = new Kernel(1, 1, 0, 1);
    public static final Kernel SAME_3X3 = new Kernel(3, 1, 1, 1);
    /** Halves the side. */
    public static final Kernel DOWN_3X3 = new Kernel(3, 2, 1, 1);
    /** Halves the side of a map padded beforehand. */
    public static final Kernel DOWN_3X3_UNPADDED = new Kernel(3, 2, 0, 1);

    public Kernel {
        Definition.require(size >= 1 && stride >= 1 && padding >= 0 && dilation >= 1, "Invalid kernel: size " + size
                + " stride " + stride + " padding " + padding + " dilation " + dilation + " (sizes are positive)");
    }

    /** The same kernel with taps {@code factor} times as far apart, padded to give the same size. */
    public Kernel dilated(int factor) {
        return new Kernel(size, stride, padding * factor, dilation * factor);
    }

    /** Length of the result along an axis of {@code length} cells. */
    public long resultLength(long length) {
        return (length + 2L * padding - (long) dilation * (size - 1) - 1) / stride + 1;
    }
}
