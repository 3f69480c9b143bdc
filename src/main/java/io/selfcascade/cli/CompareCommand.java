package io.selfcascade.cli;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.scenes.ContactSheet;
import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.platform.intake.AcceptedItem;
import io.selfcascade.platform.intake.Preset;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.StageSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code compare}: one row of three tiles per line of a JSONL file. Native size, direct sampling at the target, and the
 * cascade to the target; all three are stages the platform plans, from the line's own seed.
 */
@Command(name = "compare", mixinStandardHelpOptions = true, requiredOptionMarker = '*',
        description = "Draws lines of a JSONL file side by side: native size, direct sampling, cascade.")
final class CompareCommand implements Callable<Integer> {

    private static final int COLUMNS = 3;
    private static final int GAP = 6;
    private static final int WHITE = 0xFFFFFF;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(names = "--items", paramLabel = "FILE", required = true,
            description = "JSONL file of items with a prompt, as a workload takes it.")
    private Path items = Path.of("");

    @Option(names = "--lines", paramLabel = "N", defaultValue = "3", converter = Arguments.PositiveNumber.class,
            description = "How many items from its start (default: ${DEFAULT-VALUE}).")
    private int lines;

    @Option(names = "--seed", defaultValue = "0", converter = Arguments.Seed.class,
            description = "Workload seed, for items without a seed of their own (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--preset", defaultValue = "FAST",
            description = "Settings of all three columns: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Preset preset = Preset.FAST;

    @Option(names = "--width", paramLabel = "PIXELS", defaultValue = "512", converter = Arguments.PositiveNumber.class,
            description = "Width of the target (default: ${DEFAULT-VALUE}).")
    private int width;

    @Option(names = "--height", paramLabel = "PIXELS", converter = Arguments.PositiveNumber.class,
            description = "Height of the target (default: its width).")
    private @Nullable Integer height;

    @Option(names = "--tile", paramLabel = "PIXELS", converter = Arguments.PositiveNumber.class,
            description = "Width of a tile, at most the target's, which it then averages down (default: the target's).")
    private @Nullable Integer tile;

    @Option(names = "--out", paramLabel = "FILE", required = true, converter = Arguments.PictureFile.class,
            description = "PNG file to write.")
    private Path out = Path.of("");

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        ImageSize target = new ImageSize(width, Objects.requireNonNullElse(height, width));
        ImageSize tiles = tiles(target);
        List<AcceptedItem> rows = new ItemFile(items, seed).first(lines);
        try (CascadeEngine engine = model.load()) {
            List<List<StageSpec>> columns = columns(new PresetStages(preset, engine), target);
            StageWalk walk = new StageWalk(engine, stage -> {});
            List<Picture> pictures = new ArrayList<>();
            for (AcceptedItem row : rows) {
                for (List<StageSpec> column : columns) {
                    Picture picture = walk.picture(column, row.seed(), row.prompt(), row.negativePrompt());
                    pictures.add(picture.scaled(tiles.width(), tiles.height()));
                    Console.print(spec, pictures.size() + " of " + COLUMNS * lines + " pictures  line " + row.line()
                            + "  " + picture.width() + "x" + picture.height());
                }
            }
            ContactSheet.write(out, pictures, COLUMNS, GAP, WHITE);
            Console.print(spec, out.toString());
            return 0;
        }
    }

    /** Native size first: the size, settings and noise of the cascade's own stage 0. */
    private static List<List<StageSpec>> columns(PresetStages stages, ImageSize target) {
        List<StageSpec> cascade = stages.cascade(target);
        ImageSize base = cascade.get(0).size();
        if (base.equals(target)) {
            throw new CascadeException(ErrorCode.INVALID_SIZE, "Cannot compare at " + target
                    + ": the model makes that size without a cascade (choose a larger target)");
        }
        return List.of(stages.single(base), stages.single(target), cascade);
    }

    private ImageSize tiles(ImageSize target) {
        int across = Objects.requireNonNullElse(tile, target.width());
        if (across > target.width()) {
            throw new CascadeException(ErrorCode.INVALID_SIZE, "Invalid --tile: " + across
                    + " (expected at most the target's width, " + target.width() + ")");
        }
        long down = Math.round((double) across * target.height() / target.width());
        return new ImageSize(across, (int) Math.max(1, down));
    }
}
