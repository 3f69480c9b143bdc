package io.selfcascade.diffusion.evaluation;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes the scores of runs as a Markdown table. */
public final class ScoreTable {

    private static final String HEAD = """
            | run | pictures | count right | colours right | figures right | duplicated object | high frequency |
            |---|---|---|---|---|---|---|
            """;

    private ScoreTable() {}

    /** One row a run: shares of pictures in percent with their standard error, and the median detail ratio. */
    public static String markdown(List<RunScores> runs) {
        return runs.stream().map(ScoreTable::row).collect(Collectors.joining("", HEAD, ""));
    }

    /** One line: whether the first run gets the object count right more often than the second, on the same captions. */
    public static String comparison(RunScores first, RunScores second) {
        McNemar test = first.against(second, PictureScore::countRight);
        return String.format(Locale.ROOT,
                "%s against %s, object count: right only in the first %d, only in the second %d, McNemar p = %.2g%n",
                first.name(), second.name(), test.onlyFirst(), test.onlySecond(), test.pValue());
    }

    private static String row(RunScores run) {
        int n = run.scores().size();
        return String.format(Locale.ROOT, "| %s | %d | %s | %s | %s | %s | %.2f |%n", run.name(), n,
                percent(run.share(PictureScore::countRight), n), percent(run.share(PictureScore::coloursRight), n),
                percent(run.share(PictureScore::figuresRight), n), percent(run.share(PictureScore::duplicated), n),
                run.medianHighFrequency());
    }

    private static String percent(double share, int n) {
        return String.format(Locale.ROOT, "%.1f ± %.1f %%", 100 * share, 100 * Math.sqrt(share * (1 - share) / n));
    }
}
