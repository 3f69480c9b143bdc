package io.selfcascade.platform.worker;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.cascade.ImageOutput;
import io.selfcascade.diffusion.cascade.Pivot;
import io.selfcascade.diffusion.cascade.PivotOutput;
import io.selfcascade.diffusion.cascade.RgbImage;
import io.selfcascade.diffusion.cascade.StageItem;
import io.selfcascade.diffusion.cascade.StageOutput;
import io.selfcascade.platform.worker.StageValue.Latent;
import io.selfcascade.platform.worker.StageValue.Picture;
import io.selfcascade.spec.StageSpec;
import java.util.List;

/** The diffusion runtime as the worker sees it. */
final class DiffusionStageEngine implements StageEngine {

    private final CascadeEngine engine;

    /** @param engine closed with this object */
    DiffusionStageEngine(CascadeEngine engine) {
        this.engine = engine;
    }

    @Override
    public List<StageValue> run(StageSpec stage, List<StageInput> items, StepObserver observer) {
        return engine.run(stage, items.stream().map(DiffusionStageEngine::item).toList(), observer::step).stream()
                .map(DiffusionStageEngine::value)
                .toList();
    }

    @Override
    public void close() {
        engine.close();
    }

    private static StageItem item(StageInput input) {
        Pivot pivot = input.start() instanceof Latent latent
                ? new Pivot(latent.values(), latent.channels(), latent.height(), latent.width()) : null;
        RgbImage image = input.start() instanceof Picture picture
                ? new RgbImage(picture.width(), picture.height(), picture.rgb()) : null;
        return new StageItem(input.seed(), input.prompt(), input.negativePrompt(), pivot, image, input.earlier());
    }

    private static StageValue value(StageOutput output) {
        if (output instanceof PivotOutput made) {
            Pivot pivot = made.pivot();
            return new Latent(pivot.channels(), pivot.height(), pivot.width(), pivot.data());
        }
        RgbImage image = ((ImageOutput) output).image();
        return new Picture(image.width(), image.height(), image.rgb());
    }
}
