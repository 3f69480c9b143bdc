package io.selfcascade.diffusion.scenes;

import java.util.List;

/**
 * Draws a scene exactly at any resolution: every pixel is the mean over a grid of point samples of the scene's own
 * functions. No graphics library is involved, so no hint, font or toolkit can change a pixel.
 */
public final class SceneRenderer {

    private static final double DARK = 0.5;
    private static final double GRAIN = 0.3;
    // A grain cell of 1.25 pixels of the render gives a period of 2.5 pixels: true detail at every resolution.
    private static final double GRAIN_CELL = 1.25;

    private SceneRenderer() {}

    /**
     * The whole scene.
     *
     * @param side pixels of the square picture
     */
    public static Picture render(Scene scene, int side) {
        return crop(scene, side, 0, 0, side);
    }

    /**
     * A square window of the render at {@code side} pixels, equal to the same pixels of the whole render.
     *
     * @param left first column of the window
     * @param top first row of the window
     * @param size pixels of the window's side
     */
    public static Picture crop(Scene scene, int side, int left, int top, int size) {
        float[] rgb = new float[3 * size * size];
        double[] sum = new double[3];
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                pixel(scene, side, left + column, top + row, sum);
                for (int channel = 0; channel < 3; channel++) {
                    rgb[(channel * size + row) * size + column] = (float) sum[channel];
                }
            }
        }
        return new Picture(size, size, rgb);
    }

    private static void pixel(Scene scene, int side, int column, int row, double[] mean) {
        for (int channel = 0; channel < 3; channel++) {
            mean[channel] = scene.background().channel(channel);
        }
        List<SceneObject> objects = scene.objects();
        for (int i = 0; i < objects.size(); i++) {
            SceneObject object = objects.get(i);
            double distance = Math.hypot((column + 0.5) / side - object.x(), (row + 0.5) / side - object.y());
            if (distance < object.reach() + 1.0 / side) {
                cover(scene, object, side, column, row, mean);
                return;                                                            // objects do not overlap
            }
        }
    }

    private static void cover(Scene scene, SceneObject object, int side, int column, int row, double[] mean) {
        int grid = side > 256 ? 3 : 4;
        double light = 0;
        int inside = 0;
        for (int i = 0; i < grid; i++) {
            double y = row + (i + 0.5) / grid;
            for (int j = 0; j < grid; j++) {
                double x = column + (j + 0.5) / grid;
                double dx = x / side - object.x();
                double dy = y / side - object.y();
                if (object.figure().contains(dx / object.radius(), dy / object.radius())) {
                    inside++;
                    light += light(scene, object, dx / object.period(), dy / object.period(), x, y);
                }
            }
        }
        double samples = grid * grid;
        for (int channel = 0; channel < 3; channel++) {
            double surface = object.colour().channel(channel) * light / samples;
            mean[channel] = Math.min(1, mean[channel] * (samples - inside) / samples + surface);
        }
    }

    private static double light(Scene scene, SceneObject object, double u, double v, double x, double y) {
        double light = object.texture().isDark(u, v) ? DARK : 1;
        return object.grainy() ? light * grain(scene.grainSeed(), x, y) : light;
    }

    /** Grain of a point in pixels of the render: one random brightness per cell, from 1 − GRAIN to 1 + GRAIN. */
    private static double grain(long seed, double x, double y) {
        long column = (long) Math.floor(x / GRAIN_CELL);
        long row = (long) Math.floor(y / GRAIN_CELL);
        long h = seed ^ column * 0x9E3779B97F4A7C15L ^ row * 0xC2B2AE3D27D4EB4FL;
        h = (h ^ (h >>> 30)) * 0xBF58476D1CE4E5B9L;
        h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
        double uniform = ((h ^ (h >>> 31)) >>> 11) * 0x1.0p-53;
        return 1 + GRAIN * (2 * uniform - 1);
    }
}
