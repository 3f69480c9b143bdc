package io.selfcascade.diffusion.scenes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Draws scenes. Scene number n is a function of (split, seed, n, mix) alone, so any draw can be repeated without the
 * ones before it. Sizes and texture periods are log-uniform: no scale is special, which is what lets a cascade work.
 */
public final class SceneSampler {

    /** Training and held-out scenes come from generators that never share a seed. */
    public enum Split {
        TRAIN,
        HELD_OUT
    }

    // Three cells of the autoencoder at native size: fewer cannot hold an outline. Close-ups reach 8.5 times as far.
    private static final double SMALLEST_DIAMETER = 0.2;
    private static final double GAP = 0.05;
    private static final double MARGIN = 0.02;
    private static final double CLOSE_UP_SHIFT = 0.24;
    // 2.5 pixels of a 128-pixel render: finer patterns than that are the material's business (grain).
    private static final double FINEST_PERIOD = 2.5 / 128;
    private static final double[] LARGEST_DIAMETER = {0.78, 0.56, 0.4};

    private final Split split;
    private final long seed;

    public SceneSampler(Split split, long seed) {
        this.split = split;
        this.seed = seed;
    }

    /** Scene number {@code index} of this sampler under a mix. */
    public Scene scene(SceneMix mix, long index) {
        Random random = new Random(scramble(scramble(seed * 2 + split.ordinal()) + index));
        int count = mix.pick(random.nextDouble());
        Background background = pick(Background.values(), random);
        List<Colour> colours = new ArrayList<>(List.of(Colour.values()));
        Collections.shuffle(colours, random);
        List<SceneObject> objects =
                count == 0 ? List.of(closeUp(colours.get(0), random)) : scattered(count, colours, random);
        return new Scene(background, objects, count == 0, random.nextLong());
    }

    private static SceneObject closeUp(Colour colour, Random random) {
        double radius = logUniform(0.42, 0.85, random);
        double x = 0.5 + CLOSE_UP_SHIFT * (random.nextDouble() - 0.5);
        double y = 0.5 + CLOSE_UP_SHIFT * (random.nextDouble() - 0.5);
        return dressed(colour, x, y, radius, random);
    }

    private static List<SceneObject> scattered(int count, List<Colour> colours, Random random) {
        while (true) {
            Optional<List<SceneObject>> placed = tryScatter(count, colours, random);
            if (placed.isPresent()) {
                return placed.get();
            }
        }
    }

    private static Optional<List<SceneObject>> tryScatter(int count, List<Colour> colours, Random random) {
        List<SceneObject> placed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double radius = logUniform(SMALLEST_DIAMETER, LARGEST_DIAMETER[count - 1], random) / 2;
            double room = 1 - 2 * (radius * Figure.REACH + MARGIN);
            double x = 0.5 + room * (random.nextDouble() - 0.5);
            double y = 0.5 + room * (random.nextDouble() - 0.5);
            SceneObject object = dressed(colours.get(i), x, y, radius, random);
            if (placed.stream().anyMatch(other -> !object.isApartFrom(other, GAP))) {
                return Optional.empty();
            }
            placed.add(object);
        }
        return Optional.of(placed);
    }

    private static SceneObject dressed(Colour colour, double x, double y, double radius, Random random) {
        Figure figure = pick(Figure.values(), random);
        double surface = random.nextDouble();
        Texture texture = surface < 0.5 ? Texture.PLAIN : surface < 0.75 ? Texture.STRIPED : Texture.DOTTED;
        double period = logUniform(FINEST_PERIOD, Math.max(0.8 * radius, 2 * FINEST_PERIOD), random);
        return new SceneObject(figure, colour, texture, random.nextDouble() < 0.2, x, y, radius, period);
    }

    private static double logUniform(double low, double high, Random random) {
        return low * Math.pow(high / low, random.nextDouble());
    }

    private static <T> T pick(T[] values, Random random) {
        return values[random.nextInt(values.length)];
    }

    /** SplitMix64's finaliser: neighbouring numbers give unrelated seeds. */
    private static long scramble(long z) {
        long a = (z + 0x9E3779B97F4A7C15L);
        a = (a ^ (a >>> 30)) * 0xBF58476D1CE4E5B9L;
        a = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return a ^ (a >>> 31);
    }
}
