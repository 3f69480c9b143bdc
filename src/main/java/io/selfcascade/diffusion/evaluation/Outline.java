package io.selfcascade.diffusion.evaluation;

import io.selfcascade.diffusion.scenes.Figure;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Names a region's figure: the one whose outline, stretched over the region's bounding box, overlaps it most. */
final class Outline {

    /** Left, top, right and bottom of every figure in its own coordinates, found by sampling. */
    private static final Map<Figure, double[]> BOUNDS = bounds();
    private static final int SAMPLES = 400;

    private Outline() {}

    static Figure name(int[] pixels, int width) {
        int left = Arrays.stream(pixels).map(pixel -> pixel % width).min().orElseThrow();
        int right = Arrays.stream(pixels).map(pixel -> pixel % width).max().orElseThrow() + 1;
        int top = Arrays.stream(pixels).map(pixel -> pixel / width).min().orElseThrow();
        int bottom = Arrays.stream(pixels).map(pixel -> pixel / width).max().orElseThrow() + 1;
        boolean[] region = new boolean[(right - left) * (bottom - top)];
        for (int pixel : pixels) {
            region[(pixel / width - top) * (right - left) + pixel % width - left] = true;
        }
        Figure best = Figure.CIRCLE;
        double most = -1;
        for (Figure figure : Figure.values()) {
            double overlap = overlap(figure, region, right - left, bottom - top);
            if (overlap > most) {
                best = figure;
                most = overlap;
            }
        }
        return best;
    }

    /** Intersection over union of a region that fills its box with the figure that fills the same box. */
    private static double overlap(Figure figure, boolean[] region, int width, int height) {
        double[] box = BOUNDS.get(figure);
        int both = 0;
        int either = 0;
        for (int i = 0; i < region.length; i++) {
            double u = box[0] + (i % width + 0.5) / width * (box[2] - box[0]);
            double v = box[1] + (i / width + 0.5) / height * (box[3] - box[1]);
            boolean inside = figure.contains(u, v);
            both += inside && region[i] ? 1 : 0;
            either += inside || region[i] ? 1 : 0;
        }
        return (double) both / either;
    }

    private static Map<Figure, double[]> bounds() {
        Map<Figure, double[]> bounds = new EnumMap<>(Figure.class);
        for (Figure figure : Figure.values()) {
            double[] box = {Figure.REACH, Figure.REACH, -Figure.REACH, -Figure.REACH};
            for (int i = -SAMPLES; i <= SAMPLES; i++) {
                for (int j = -SAMPLES; j <= SAMPLES; j++) {
                    double u = Figure.REACH * j / SAMPLES;
                    double v = Figure.REACH * i / SAMPLES;
                    if (figure.contains(u, v)) {
                        box[0] = Math.min(box[0], u);
                        box[1] = Math.min(box[1], v);
                        box[2] = Math.max(box[2], u);
                        box[3] = Math.max(box[3], v);
                    }
                }
            }
            bounds.put(figure, box);
        }
        return bounds;
    }
}
