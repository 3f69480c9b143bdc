package io.selfcascade.diffusion.evaluation;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.cascade.CascadeObserver;
import io.selfcascade.diffusion.cascade.ImageOutput;
import io.selfcascade.diffusion.cascade.PivotOutput;
import io.selfcascade.diffusion.cascade.RgbImage;
import io.selfcascade.diffusion.cascade.StageItem;
import io.selfcascade.diffusion.cascade.StageOutput;
import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.diffusion.scenes.SceneMix;
import io.selfcascade.diffusion.scenes.SceneRenderer;
import io.selfcascade.diffusion.scenes.SceneSampler;
import io.selfcascade.diffusion.scenes.SceneSampler.Split;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.EncodeStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.StageSpec;
import java.util.ArrayList;
import java.util.List;

/** Measures the counter itself: on true renders of held-out scenes, and on the model's reconstructions of them. */
public final class CounterValidation {

    private static final long SEED = 77;

    private final CascadeEngine engine;

    public CounterValidation(CascadeEngine engine) {
        this.engine = engine;
    }

    /**
     * Scores scenes 0, 1, 2, … at a size.
     *
     * @param side pixels, a multiple of the VAE factor
     * @return true renders, then reconstructions
     */
    public List<RunScores> run(int side, int scenes) {
        SceneSampler sampler = new SceneSampler(Split.HELD_OUT, SEED);
        List<PictureScore> renders = new ArrayList<>();
        List<PictureScore> reconstructions = new ArrayList<>();
        for (long n = 0; n < scenes; n++) {
            Scene scene = sampler.scene(SceneMix.WORLD, n);
            Picture render = SceneRenderer.render(scene, side);
            renders.add(PictureScore.of(scene, render));
            reconstructions.add(PictureScore.of(scene, reconstruct(render)));
        }
        return List.of(new RunScores("true render " + side + " px", renders),
                new RunScores("reconstruction " + side + " px", reconstructions));
    }

    private Picture reconstruct(Picture picture) {
        ImageSize size = new ImageSize(picture.width(), picture.height());
        StageOutput encoded = one(new EncodeStage(0, size.width(), size.height(), Dtype.F32),
                new StageItem(0, "", "", null, image(picture, size)));
        StageOutput decoded = encoded instanceof PivotOutput made
                ? one(SamplingSettings.decode(1, size), new StageItem(0, "", "", made.pivot(), null)) : null;
        if (decoded instanceof ImageOutput made) {
            return CaptionSampler.picture(made.image());
        }
        throw new CascadeException(ErrorCode.INTERNAL, "Cannot reconstruct picture: the engine gave no image");
    }

    private StageOutput one(StageSpec stage, StageItem item) {
        return engine.run(stage, List.of(item), CascadeObserver.NONE).get(0);
    }

    private static RgbImage image(Picture picture, ImageSize size) {
        float[] planes = new float[picture.rgb().length];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = 2 * picture.rgb()[i] - 1;
        }
        return RgbImage.ofPlanes(planes, size);
    }
}
