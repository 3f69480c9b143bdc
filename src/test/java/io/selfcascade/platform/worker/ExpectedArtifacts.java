package io.selfcascade.platform.worker;

import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import java.util.ArrayList;
import java.util.List;

/** The bytes that stages of the deterministic engine must leave of an item, made anew from its prompt and seed. */
public final class ExpectedArtifacts {

    private ExpectedArtifacts() {}

    /** @return the artifact of each stage, in order; the item starts from noise */
    public static List<byte[]> of(ModelRef model, List<StageSpec> stages, String prompt, String negativePrompt, long seed) {
        FakeStageEngine engine = new FakeStageEngine(model, Long.MAX_VALUE);
        List<byte[]> artifacts = new ArrayList<>();
        StageValue value = null;
        Recipe recipe = new Recipe(model, prompt, negativePrompt, Long.toUnsignedString(seed), List.of());
        for (StageSpec stage : stages) {
            StageInput input = new StageInput(seed, prompt, negativePrompt, value, recipe.stages());
            value = engine.run(stage, List.of(input), (step, steps) -> {}).get(0);
            recipe = recipe.then(stage);
            artifacts.add(value instanceof StageValue.Latent latent
                    ? new PivotFile(latent, recipe.metadata()).toBytes()
                    : PngImage.encode((StageValue.Picture) value, recipe.texts()));
        }
        return artifacts;
    }
}
