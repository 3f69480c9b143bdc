package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.diffusion.scenes.SceneObject;

/**
 * How much each cell of a latent matters to the loss beyond a background cell: cells of objects matter more, cells of
 * small objects most, so that the few cells of a small object are not drowned by the background.
 */
final class Emphasis {

    private static final int GRID = 4;
    /** Stored in steps of 1/32, from 0 to 127/32. */
    private static final double BYTE_STEPS = 32;
    /** An object of this many cells has emphasis 1; smaller ones up to 2.5, larger ones down to 0.7. */
    private static final double USUAL_CELLS = 32;
    private static final double RIM = 0.25;

    private Emphasis() {}

    /** The emphasis of every cell of a latent of side {@code side}, in steps of 1/32. */
    static byte[] of(Scene scene, int side) {
        byte[] emphasis = new byte[side * side];
        for (SceneObject object : scene.objects()) {
            double[] covered = covered(object, side);
            double cells = 0;
            for (double share : covered) {
                cells += share;
            }
            double factor = Math.max(0.7, Math.min(2.5, Math.sqrt(USUAL_CELLS / Math.max(1, cells))));
            for (int i = 0; i < covered.length; i++) {
                if (covered[i] > 0) {
                    emphasis[i] = toByte(factor * Math.min(1, covered[i] + RIM));
                }
            }
        }
        return emphasis;
    }

    static double fromByte(byte stored) {
        return stored / BYTE_STEPS;
    }

    private static byte toByte(double emphasis) {
        return (byte) Math.min(Byte.MAX_VALUE, Math.round(BYTE_STEPS * emphasis));
    }

    /** The share of every cell that the object covers, by point samples. */
    private static double[] covered(SceneObject object, int side) {
        double[] covered = new double[side * side];
        int fine = side * GRID;
        for (int row = 0; row < fine; row++) {
            double v = ((row + 0.5) / fine - object.y()) / object.radius();
            for (int column = 0; column < fine; column++) {
                double u = ((column + 0.5) / fine - object.x()) / object.radius();
                if (object.figure().contains(u, v)) {
                    covered[row / GRID * side + column / GRID] += 1.0 / (GRID * GRID);
                }
            }
        }
        return covered;
    }
}
