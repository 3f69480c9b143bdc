package io.selfcascade.cli;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.evaluation.CaptionSampler;
import io.selfcascade.diffusion.evaluation.CounterValidation;
import io.selfcascade.diffusion.evaluation.Evaluation;
import io.selfcascade.diffusion.evaluation.RunKind;
import io.selfcascade.diffusion.evaluation.RunScores;
import io.selfcascade.diffusion.evaluation.ScoreTable;
import io.selfcascade.diffusion.scenes.ContactSheet;
import io.selfcascade.diffusion.scenes.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evaluate}: counts objects and colours in pictures of held-out captions, run by run. */
@Command(name = "evaluate", mixinStandardHelpOptions = true,
        description = "Measures pictures of held-out captions against the scenes they describe.")
final class EvaluateCommand implements Callable<Integer> {

    private static final int SHEET_PICTURES = 32;
    private static final int SHEET_COLUMNS = 8;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--captions", paramLabel = "N", defaultValue = "500", converter = Arguments.PositiveNumber.class,
            description = "How many captions (default: ${DEFAULT-VALUE}).")
    private int captions;

    @Option(names = "--runs", paramLabel = "RUN", split = ",", defaultValue = "native,upsample2,direct2,cascade2",
            description = "Ways to make the pictures (default: ${DEFAULT-VALUE}; also upsample4, direct4, cascade4).")
    private List<String> runs = List.of();

    @Option(names = "--counter",
            description = "Measure the object counter instead, at 1, 2 and 4 times the native side.")
    private boolean counter;

    @Option(names = "--sheets", paramLabel = "FOLDER",
            description = "Folder for a sheet of the first pictures of each run.")
    private @Nullable Path sheets;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (counter) {
            return measureCounter();
        }
        List<RunKind> kinds = runs.stream().map(RunKind::parse).toList();
        Map<RunKind, List<Picture>> first = new LinkedHashMap<>();
        try (CascadeEngine engine = sampling.load()) {
            Evaluation evaluation =
                    new Evaluation(new CaptionSampler(engine, sampling.settings()), Console.lines(spec));
            List<RunScores> scores = evaluation.run(kinds, captions, (run, picture) -> {
                List<Picture> sheet = first.computeIfAbsent(run, any -> new ArrayList<>());
                if (sheet.size() < SHEET_PICTURES) {
                    sheet.add(picture);
                }
            });
            Console.print(spec, ScoreTable.markdown(scores));
            compare(kinds, scores);
            writeSheets(first);
            return 0;
        }
    }

    private int measureCounter() {
        try (CascadeEngine engine = sampling.load()) {
            CounterValidation validation = new CounterValidation(engine);
            List<RunScores> scores = new ArrayList<>();
            for (int factor : new int[] {1, 2, 4}) {
                scores.addAll(validation.run(engine.nativeSize().width() * factor, captions));
            }
            Console.print(spec, ScoreTable.markdown(scores));
            return 0;
        }
    }

    /** Every cascade against direct sampling at the same size. */
    private void compare(List<RunKind> kinds, List<RunScores> scores) {
        for (RunKind kind : kinds) {
            int direct = kinds.indexOf(kind.method() == RunKind.Method.CASCADE
                    ? new RunKind(RunKind.Method.DIRECT, kind.factor()) : null);
            if (direct >= 0) {
                Console.print(spec, ScoreTable.comparison(scores.get(kinds.indexOf(kind)), scores.get(direct)));
            }
        }
    }

    private void writeSheets(Map<RunKind, List<Picture>> first) {
        if (sheets != null) {
            Path folder = sheets;
            first.forEach((run, pictures) -> ContactSheet.write(
                    folder.resolve(run.label().replaceAll("\\W+", "-") + ".png"), pictures, SHEET_COLUMNS));
        }
    }
}
