package io.selfcascade.diffusion.graph;

import java.util.List;

/**
 * A parameter of a model.
 *
 * @param key its name in a checkpoint, such as {@code conv_in.weight}
 * @param shape sizes, outermost first
 */
public record ParameterSpec(String key, List<Long> shape) {

    public ParameterSpec {
        shape = List.copyOf(shape);
    }

    /** How many numbers it holds. */
    public long size() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** The shape as an array, made anew. */
    public long[] dimensions() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
