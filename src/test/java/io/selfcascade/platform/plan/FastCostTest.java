package io.selfcascade.platform.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.CostModel;
import io.selfcascade.diffusion.graph.FeatureMap;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Variant;
import io.selfcascade.diffusion.model.unet.UNet2DConditionConfig;
import io.selfcascade.diffusion.model.unet.UNet2DConditionModel;
import io.selfcascade.diffusion.model.vae.AutoencoderKl;
import io.selfcascade.diffusion.model.vae.AutoencoderKlConfig;
import io.selfcascade.diffusion.noise.TimestepGrid;
import io.selfcascade.platform.intake.CascadeRequest;
import io.selfcascade.platform.intake.Determinism;
import io.selfcascade.platform.intake.Preset;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.Upsample;
import io.selfcascade.spec.UpsampleSpace;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The budget of the sample: twelve items on two cores in under three minutes. Counted from shapes, nothing is run. */
class FastCostTest {

    private static final int TOKENS = 32;
    private static final int FACTOR = 8;

    private final DiffusersFolder folder = DiffusersFolder.open(Path.of("src/main/resources/models/scenes"));
    private final Graph unet = new UNet2DConditionModel(
            Params.root("unet"), UNet2DConditionConfig.of(folder.config(DiffusersFolder.UNET))).graph(Variant.NONE);
    private final AutoencoderKl vae =
            new AutoencoderKl(Params.root("vae"), AutoencoderKlConfig.of(folder.config(DiffusersFolder.VAE)));

    @Test
    void makesAPictureOfTheSampleForAtMostOneTeraflop() {
        ModelRegistration scenes = new ModelRegistration(
                new ModelRef("scenes", "a"), "classpath:models/scenes", ImageSize.square(128), FACTOR, "Apache-2.0");
        WorkloadPlan plan = new WorkloadPlanner(PlanSettings.DEFAULT)
                .plan(CascadeRequest.of(Preset.FAST, ImageSize.square(512)), Determinism.STANDARD, scenes);

        List<Long> flops = plan.fromPrompt().stream().map(stage -> flops(plan, stage.spec())).toList();

        assertThat(flops.stream().mapToLong(Long::longValue).sum() / 1e12).as("flop by stage: %s", flops).isBetween(0.05, 1.0);
    }

    private long flops(WorkloadPlan plan, StageSpec stage) {
        if (stage instanceof DecodeStage) {
            return decode(stage.size());
        }
        DenoiseStage denoise = (DenoiseStage) stage;
        int steps = TimestepGrid.of(denoise.spacing(), 1000, denoise.steps(), 1).tailFrom(denoise.startTimestep()).size();
        long guided = 2L * steps * step(stage.size());
        Upsample upsample = denoise.upsample();
        if (upsample == null || upsample.space() != UpsampleSpace.PIXEL) {
            return guided;
        }
        return guided + decode(plan.fromPrompt().get(stage.index() - 1).spec().size()) + encode(stage.size());
    }

    private long step(ImageSize size) {
        Map<String, long[]> shapes = new HashMap<>();
        unet.inputs().forEach((name, node) -> shapes.put(name, switch (node.rank()) {
            case MAP -> new long[] {1, node.channels(), size.height() / FACTOR, size.width() / FACTOR};
            case TOKENS -> new long[] {1, TOKENS, node.channels()};
            case EMBEDDING -> new long[] {1, node.channels()};
            default -> new long[] {1};
        }));
        return CostModel.of(unet, shapes).flops();
    }

    private long decode(ImageSize size) {
        FeatureMap latent = FeatureMap.input("latent", vae.config().latentChannels());
        return CostModel.of(Graph.of(List.of(latent), "picture", vae.decode(latent)),
                Map.of("latent", new long[] {1, 4, size.height() / FACTOR, size.width() / FACTOR})).flops();
    }

    private long encode(ImageSize size) {
        FeatureMap picture = FeatureMap.input("picture", 3);
        return CostModel.of(Graph.of(List.of(picture), "moments", vae.moments(picture)),
                Map.of("picture", new long[] {1, 3, size.height(), size.width()})).flops();
    }
}
