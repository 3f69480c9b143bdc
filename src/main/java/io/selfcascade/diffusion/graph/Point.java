package io.selfcascade.diffusion.graph;

import java.util.Locale;

/**
 * Names a place in a network, for hooks and taps.
 *
 * @param path what kind of place
 * @param level which block, from 0
 * @param index which place in the block, from 0
 */
public record Point(Path path, int level, int index) {

    /** Kinds of places. */
    public enum Path {
        /** A map pushed for the up path: level is its down block, index its position there. conv_in is (0, 0). */
        SKIP,
        /** The result of a down block, after its downsampler. */
        DOWN,
        /** The result of the middle. */
        MID,
        /** The result of an up block, after its upsampler. */
        UP
    }

    /** The skip pushed as number {@code index} by down block {@code level}; {@code conv_in} counts as (0, 0). */
    public static Point skip(int level, int index) {
        return new Point(Path.SKIP, level, index);
    }

    /** The result of down block {@code level}. */
    public static Point down(int level) {
        return new Point(Path.DOWN, level, 0);
    }

    /** The result of the middle block. */
    public static Point mid() {
        return new Point(Path.MID, 0, 0);
    }

    /** The result of up block {@code level}. */
    public static Point up(int level) {
        return new Point(Path.UP, level, 0);
    }

    @Override
    public String toString() {
        return path.name().toLowerCase(Locale.ROOT) + "." + level + "." + index;
    }
}
