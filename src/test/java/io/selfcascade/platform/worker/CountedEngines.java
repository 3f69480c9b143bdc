package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Engines as they are, with a count of the denoising steps they start. */
final class CountedEngines implements EngineSource {

    final AtomicInteger steps = new AtomicInteger();
    private final EngineSource engines;

    CountedEngines(EngineSource engines) {
        this.engines = engines;
    }

    @Override
    public DeviceFacts device() {
        return engines.device();
    }

    @Override
    public List<String> models() {
        return engines.models();
    }

    @Override
    public boolean has(ModelRef model) {
        return engines.has(model);
    }

    @Override
    public StageEngine open(ModelRef model) {
        StageEngine engine = engines.open(model);
        return new StageEngine() {

            @Override
            public List<StageValue> run(StageSpec stage, List<StageInput> items, StepObserver observer) {
                return engine.run(stage, items, (step, of) -> {
                    observer.step(step, of);
                    steps.incrementAndGet();
                });
            }

            @Override
            public void close() {
                engine.close();
            }
        };
    }
}
