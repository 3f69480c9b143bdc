package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.intake.CascadeRequest;
import io.selfcascade.platform.intake.Determinism;
import io.selfcascade.platform.intake.Preset;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.plan.PlanSettings;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.platform.plan.WorkloadPlanner;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One cascade over two pools: small machines take what is small, and each pool is supplied and watched by itself. */
class StagePoolsTest {

    private static final PlanSettings SETTINGS =
            new PlanSettings("large", 2, 524_288, 300, 60, List.of(new PlanSettings.Pool("small", 128 * 128)));

    private final LedgerFixture ledger = new LedgerFixture();
    private final TestWorker small = new TestWorker("s", "small", 1).upTo(128);
    private final TestWorker large = new TestWorker("l", "large", 1).upTo(512);

    @Test
    void eachStageGoesToItsPoolWithinTheWindowOfThatPool() {
        ledger.beats.apply(List.of(small.beat(), large.beat()));
        ledger.generating(20, 5, plan());

        List<TaskMessage> first = sent("small");
        assertThat(first).hasSize(2).allMatch(message -> message.stage().index() == 0);
        assertThat(sent("large")).isEmpty();
        ledger.acceptance.accept(small.succeeded(first.get(0)));

        assertThat(sent("large")).singleElement().satisfies(message -> {
            assertThat(message.stage().index()).isEqualTo(1);
            assertThat(message.pool()).isEqualTo("large");
        });
        assertThat(sent("small")).as("one has come back, one may follow").hasSize(1);
    }

    @Test
    void theDeathOfAPoolsWorkerLeavesTheOtherPoolAlone() {
        ledger.beats.apply(List.of(small.beat(), large.beat()));
        ledger.generating(4, 5, plan());
        List<TaskMessage> first = sent("small");
        ledger.acceptance.accept(small.succeeded(first.get(0)));
        TaskMessage second = sent("large").get(0);
        ledger.beats.apply(List.of(small.beat(first.get(1)), large.beat(second)));

        ledger.tick(Duration.ofSeconds(29));
        ledger.beats.apply(List.of(large.beat(second)));
        ledger.tick(Duration.ofSeconds(5));
        ledger.caughtUp();

        assertThat(ledger.reaper.reap()).isEqualTo(2);
        assertThat(ledger.count("stage_task WHERE pool = 'small' AND state = 'ready'")).isEqualTo(2);
        assertThat(ledger.count("task_dispatch WHERE pool = 'large' AND state = 'running'")).isEqualTo(1);
    }

    private List<TaskMessage> sent(String pool) {
        ledger.tick(ledger.properties.linger());
        List<TaskMessage> messages = ledger.dispatches.pick(pool);
        ledger.dispatches.sent(messages);
        return messages;
    }

    private static WorkloadPlan plan() {
        ModelRegistration model = new ModelRegistration(
                new ModelRef(LedgerFixture.MODEL, LedgerFixture.SHA), "", new ImageSize(128, 128), 8, "");
        return new WorkloadPlanner(SETTINGS).plan(
                CascadeRequest.of(Preset.FAST, ImageSize.square(256)), Determinism.STANDARD, model);
    }
}
