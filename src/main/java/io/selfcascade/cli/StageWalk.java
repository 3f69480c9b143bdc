package io.selfcascade.cli;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.cascade.CascadeObserver;
import io.selfcascade.diffusion.cascade.ImageOutput;
import io.selfcascade.diffusion.cascade.Pivot;
import io.selfcascade.diffusion.cascade.PivotOutput;
import io.selfcascade.diffusion.cascade.StageItem;
import io.selfcascade.diffusion.cascade.StageOutput;
import io.selfcascade.diffusion.evaluation.CaptionSampler;
import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.StageSpec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes one prompt through stages, alone, from its noise to its picture. */
final class StageWalk {

    private final CascadeEngine engine;
    private final Consumer<StageSpec> walked;

    /** @param walked told of every stage when it is done */
    StageWalk(CascadeEngine engine, Consumer<StageSpec> walked) {
        this.engine = engine;
        this.walked = walked;
    }

    /**
     * Makes a picture.
     *
     * @param stages a denoise stage that starts from noise first, the decode stage last
     * @param seed noise seed, all 64 bits count
     * @throws CascadeException INVALID_STAGE if the stages end without a picture
     */
    Picture picture(List<StageSpec> stages, long seed, String prompt, String negativePrompt) {
        Pivot pivot = null;
        Picture picture = null;
        for (StageSpec stage : stages) {
            StageItem item = new StageItem(seed, prompt, negativePrompt, pivot, null);
            StageOutput output = engine.run(stage, List.of(item), CascadeObserver.NONE).get(0);
            if (output instanceof PivotOutput made) {
                pivot = made.pivot();
            } else if (output instanceof ImageOutput made) {
                picture = CaptionSampler.picture(made.image());
            }
            walked.accept(stage);
        }
        return required(picture, stages);
    }

    private static Picture required(@Nullable Picture picture, List<StageSpec> stages) {
        if (picture == null) {
            throw new CascadeException(ErrorCode.INVALID_STAGE,
                    "Cannot make a picture: " + stages.size() + " stages without a decode stage (add one)");
        }
        return picture;
    }
}
