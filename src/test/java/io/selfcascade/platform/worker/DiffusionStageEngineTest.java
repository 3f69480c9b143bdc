package io.selfcascade.platform.worker;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.checkpoint.BundledModel;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.StageSpec;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The real runtime with the bundled model keeps the promises the worker's tests rely on. */
class DiffusionStageEngineTest extends StageEngineContract {

    private static StageEngine engine;

    @BeforeAll
    static void load() {
        Path folder = BundledModel.unpack("models/scenes", Path.of("target", "models"));
        engine = new DiffusionStageEngine(CascadeEngine.load(folder, Device.CPU, 1));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Override
    protected StageEngine engine() {
        return engine;
    }

    @Override
    protected StageSpec first() {
        return brief(Messages.denoise(0, 128, null));
    }

    @Override
    protected StageSpec second() {
        return brief(Messages.denoise(1, 256, Messages.bilinear()));
    }

    @Override
    protected StageSpec decode() {
        return Messages.decode(2, 256);
    }

    private static DenoiseStage brief(DenoiseStage stage) {
        return new DenoiseStage(stage.index(), stage.width(), stage.height(), 2, stage.startTimestep(),
                stage.scheduler(), stage.eta(), stage.spacing(), stage.guidance(), stage.upsample(), stage.noiseReschedule(), stage.rng(),
                stage.dtype());
    }
}
