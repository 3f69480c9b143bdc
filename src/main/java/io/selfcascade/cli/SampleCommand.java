package io.selfcascade.cli;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.evaluation.SamplingSettings;
import io.selfcascade.diffusion.scenes.ContactSheet;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ResolutionLadder;
import io.selfcascade.spec.StageSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sample}: one picture from one prompt, by the cascade or directly. */
@Command(name = "sample", mixinStandardHelpOptions = true, requiredOptionMarker = '*',
        description = "Makes one picture of a prompt.")
final class SampleCommand implements Callable<Integer> {

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "What to draw.")
    private String prompt = "";

    @Option(names = "--seed", defaultValue = "0", converter = Arguments.Seed.class,
            description = "Noise seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--width", paramLabel = "PIXELS", defaultValue = "256", converter = Arguments.PositiveNumber.class,
            description = "Width of the picture (default: ${DEFAULT-VALUE}).")
    private int width;

    @Option(names = "--height", paramLabel = "PIXELS", converter = Arguments.PositiveNumber.class,
            description = "Height of the picture (default: its width).")
    private @Nullable Integer height;

    @Option(names = "--direct", description = "Sample at the target size at once, without a cascade.")
    private boolean direct;

    @Option(names = "--out", paramLabel = "FILE", required = true, converter = Arguments.PictureFile.class,
            description = "PNG file to write.")
    private Path out = Path.of("");

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        ImageSize target = new ImageSize(width, height == null ? width : height);
        try (CascadeEngine engine = sampling.load()) {
            StageWalk walk = new StageWalk(engine, stage -> Console.print(
                    spec, "stage " + stage.index() + "  " + stage.kind() + "  " + stage.size()));
            ContactSheet.write(out, List.of(walk.picture(stages(engine, target), seed, prompt, "")), 1);
            Console.print(spec, out.toString());
            return 0;
        }
    }

    private List<StageSpec> stages(CascadeEngine engine, ImageSize target) {
        SamplingSettings settings = sampling.settings();
        List<ImageSize> sizes = direct ? List.of(target)
                : ResolutionLadder.of(engine.nativeSize(), target, engine.vaeScaleFactor()).sizes();
        List<StageSpec> stages = new ArrayList<>(List.of(settings.fromNoise(sizes.get(0))));
        for (int i = 1; i < sizes.size(); i++) {
            stages.add(settings.fromPivot(i, sizes.get(i)));
        }
        stages.add(SamplingSettings.decode(stages.size(), target));
        return stages;
    }
}
