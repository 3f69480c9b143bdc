package io.selfcascade.diffusion.checkpoint;

import java.util.List;

/**
 * A tensor as a header describes it.
 *
 * @param shape sizes, outermost first; empty for a scalar
 * @param begin first byte, counted from the end of the header
 * @param end one past the last byte
 */
public record SafetensorsEntry(String name, SafetensorsType type, List<Long> shape, long begin, long end) {

    public SafetensorsEntry {
        shape = List.copyOf(shape);
    }

    /** How many numbers it holds. */
    public long count() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }
}
