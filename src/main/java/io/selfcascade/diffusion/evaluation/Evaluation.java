package io.selfcascade.diffusion.evaluation;

import io.selfcascade.diffusion.cascade.Pivot;
import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.diffusion.scenes.SceneMix;
import io.selfcascade.diffusion.scenes.SceneSampler;
import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** Samples held-out captions in several ways and scores every picture against its scene. */
public final class Evaluation {

    private static final long SEED = 500;
    private static final int TOGETHER = 8;

    private final CaptionSampler sampler;
    private final SceneSampler scenes = new SceneSampler(Split.HELD_OUT, SEED);
    private final Consumer<String> console;

    /** @param console receives progress lines */
    public Evaluation(CaptionSampler sampler, Consumer<String> console) {
        this.sampler = sampler;
        this.console = console;
    }

    /**
     * Runs captions 0, 1, 2, … of the held-out set.
     *
     * @param captions how many
     * @param seen receives every picture, by the name of its run
     * @return one per run, in the order given
     */
    public List<RunScores> run(List<RunKind> runs, int captions, BiConsumer<RunKind, Picture> seen) {
        Map<RunKind, List<PictureScore>> scores = new LinkedHashMap<>();
        runs.forEach(run -> scores.put(run, new ArrayList<>()));
        for (long from = 0; from < captions; from += TOGETHER) {
            List<Scene> part = LongStream.range(from, Math.min(captions, from + TOGETHER))
                    .mapToObj(n -> scenes.scene(SceneMix.WORLD, n)).toList();
            List<String> words = part.stream().map(Scene::caption).toList();
            List<Pivot> pivots = sampler.nativePivots(words, SEED + from);
            for (RunKind run : runs) {
                List<Picture> pictures = sampler.pictures(run, words, SEED + from, pivots);
                for (int i = 0; i < pictures.size(); i++) {
                    scores.get(run).add(PictureScore.of(part.get(i), pictures.get(i)));
                    seen.accept(run, pictures.get(i));
                }
            }
            console.accept(progress(from + part.size(), captions, scores));
        }
        return scores.entrySet().stream().map(entry -> new RunScores(entry.getKey().label(), entry.getValue())).toList();
    }

    private static String progress(long done, int captions, Map<RunKind, List<PictureScore>> scores) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%d of %d captions", done, captions));
        scores.forEach((run, list) -> line.append(String.format(Locale.ROOT, "  %s %.0f %%", run.label(),
                100 * new RunScores(run.label(), list).share(PictureScore::countRight))));
        return line.append("  (object count right)").toString();
    }
}
