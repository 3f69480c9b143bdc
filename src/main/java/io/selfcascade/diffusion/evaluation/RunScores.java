package io.selfcascade.diffusion.evaluation;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The scores of one run (one way of making the pictures) on a list of captions.
 *
 * @param name of the run, such as "cascade 4× side"
 * @param scores in the order of the captions
 */
public record RunScores(String name, List<PictureScore> scores) {

    public RunScores {
        scores = List.copyOf(scores);
    }

    /** The share of pictures with a property, 0..1. */
    public double share(Predicate<PictureScore> property) {
        return (double) scores.stream().filter(property).count() / scores.size();
    }

    /** The median over pictures of the fine detail relative to true renders. */
    public double medianHighFrequency() {
        double[] sorted = scores.stream().mapToDouble(PictureScore::highFrequency).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** Tests whether this run and another differ in a property, over the captions both have. */
    public McNemar against(RunScores other, Predicate<PictureScore> property) {
        int n = Math.min(scores.size(), other.scores.size());
        boolean[] mine = new boolean[n];
        boolean[] theirs = new boolean[n];
        IntStream.range(0, n).forEach(i -> {
            mine[i] = property.test(scores.get(i));
            theirs[i] = property.test(other.scores.get(i));
        });
        return McNemar.of(mine, theirs);
    }
}
