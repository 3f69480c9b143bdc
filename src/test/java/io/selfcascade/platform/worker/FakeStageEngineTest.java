package io.selfcascade.platform.worker;

import io.selfcascade.spec.StageSpec;

class FakeStageEngineTest extends StageEngineContract {

    @Override
    protected StageEngine engine() {
        return new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE);
    }

    @Override
    protected StageSpec first() {
        return Messages.denoise(0, 32, null);
    }

    @Override
    protected StageSpec second() {
        return Messages.denoise(1, 64, Messages.bilinear());
    }

    @Override
    protected StageSpec decode() {
        return Messages.decode(2, 64);
    }
}
