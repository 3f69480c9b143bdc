package io.selfcascade.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResidentEnginesTest {

    private static final ModelRef A = new ModelRef("a", "0a");
    private static final ModelRef B = new ModelRef("b", "0b");
    private static final ModelRef C = new ModelRef("c", "0c");

    private final List<String> events = new ArrayList<>();

    @Test
    void loadsAModelOnce() {
        ResidentEngines engines = new ResidentEngines(source(), 1);

        lendAndReturn(engines, A);
        lendAndReturn(engines, A);

        assertThat(events).containsExactly("open a");
    }

    @Test
    void evictsTheOneNotUsedForTheLongestTime() {
        ResidentEngines engines = new ResidentEngines(source(), 2);

        lendAndReturn(engines, A);
        lendAndReturn(engines, B);
        lendAndReturn(engines, A);
        lendAndReturn(engines, C);

        assertThat(events).containsExactly("open a", "open b", "close b", "open c");
    }

    @Test
    void neverClosesAModelInUse() {
        ResidentEngines engines = new ResidentEngines(source(), 1);

        try (ResidentEngines.Loan inUse = engines.lend(A)) {
            lendAndReturn(engines, B);
            assertThat(inUse.engine()).isNotNull();
            assertThat(events).containsExactly("open a", "open b");
        }
        lendAndReturn(engines, C);

        assertThat(events).containsExactly("open a", "open b", "close a", "close b", "open c");
    }

    private static void lendAndReturn(ResidentEngines engines, ModelRef model) {
        engines.lend(model).close();
    }

    private EngineSource source() {
        return new EngineSource() {
            @Override
            public DeviceFacts device() {
                return new DeviceFacts("cpu", "test", 1, 1);
            }

            @Override
            public List<String> models() {
                return List.of();
            }

            @Override
            public boolean has(ModelRef model) {
                return true;
            }

            @Override
            public StageEngine open(ModelRef model) {
                events.add("open " + model.id());
                return new StageEngine() {
                    @Override
                    public List<StageValue> run(StageSpec stage, List<StageInput> items, StepObserver observer) {
                        return List.of();
                    }

                    @Override
                    public void close() {
                        events.add("close " + model.id());
                    }
                };
            }
        };
    }
}
