package io.selfcascade.cli;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.cascade.CascadeObserver;
import io.selfcascade.diffusion.cascade.ImageOutput;
import io.selfcascade.diffusion.cascade.Pivot;
import io.selfcascade.diffusion.cascade.PivotOutput;
import io.selfcascade.diffusion.cascade.StageItem;
import io.selfcascade.diffusion.cascade.StageOutput;
import io.selfcascade.diffusion.evaluation.CaptionSampler;
import io.selfcascade.diffusion.evaluation.SamplingSettings;
import io.selfcascade.diffusion.scenes.ContactSheet;
import io.selfcascade.spec.Device;
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
@Command(name = "sample", description = "Makes one picture of a prompt.", mixinStandardHelpOptions = true)
final class SampleCommand implements Callable<Integer> {

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--prompt", required = true, description = "What to draw.")
    private String prompt = "";

    @Option(names = "--seed", defaultValue = "0", description = "Noise seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--width", defaultValue = "256", description = "Pixels (default: ${DEFAULT-VALUE}).")
    private int width;

    @Option(names = "--height", description = "Pixels (default: the width).")
    private @Nullable Integer height;

    @Option(names = "--direct", description = "Sample at the target size at once, without a cascade.")
    private boolean direct;

    @Option(names = "--out", required = true, description = "PNG file to write.")
    private Path out = Path.of("");

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        ImageSize target = new ImageSize(width, height == null ? width : height);
        try (CascadeEngine engine = CascadeEngine.load(sampling.modelFolder(), Device.CPU, sampling.threads())) {
            Pivot pivot = null;
            for (StageSpec stage : stages(engine, target)) {
                StageItem item = new StageItem(seed, prompt, "", pivot, null);
                StageOutput output = engine.run(stage, List.of(item), CascadeObserver.NONE).get(0);
                if (output instanceof PivotOutput made) {
                    pivot = made.pivot();
                } else if (output instanceof ImageOutput made) {
                    ContactSheet.write(out, List.of(CaptionSampler.picture(made.image())), 1);
                }
                Console.print(spec, "stage " + stage.index() + "  " + stage.kind() + "  " + stage.size());
            }
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
