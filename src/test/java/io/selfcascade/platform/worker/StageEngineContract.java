package io.selfcascade.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.worker.StageValue.Latent;
import io.selfcascade.platform.worker.StageValue.Picture;
import io.selfcascade.spec.StageSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the worker expects of any engine. */
abstract class StageEngineContract {

    /** A loaded engine; whoever made it closes it. */
    protected abstract StageEngine engine();

    /** A first stage the model can run. */
    protected abstract StageSpec first();

    /** A second stage of twice the side. */
    protected abstract StageSpec second();

    protected abstract StageSpec decode();

    @Test
    void makesTheSameLatentFromTheSameSeed() {
        Latent once = latent(run(first(), new StageInput(7, "a red circle", "", null, List.of())));
        Latent again = latent(run(first(), new StageInput(7, "a red circle", "", null, List.of())));
        Latent other = latent(run(first(), new StageInput(8, "a red circle", "", null, List.of())));

        assertThat(again.values()).isEqualTo(once.values());
        assertThat(other.values()).isNotEqualTo(once.values());
        assertThat(once.isFinite()).isTrue();
    }

    @Test
    void givesAnItemTheSameInAnyBatch() {
        StageInput one = new StageInput(1, "a red circle", "", null, List.of());
        StageInput two = new StageInput(2, "a blue square and a green circle", "", null, List.of());

        Latent alone = latent(run(first(), two));
        Latent together = latent(engine().run(first(), List.of(one, two), (step, steps) -> {}).get(1));

        double squares = 0;
        double differences = 0;
        for (int i = 0; i < alone.values().length; i++) {
            squares += alone.values()[i] * alone.values()[i];
            differences += Math.pow(alone.values()[i] - together.values()[i], 2);
        }
        assertThat(Math.sqrt(differences / squares)).isLessThan(1e-3);
    }

    @Test
    void growsAPivotAndDecodesIt() {
        StageInput start = new StageInput(3, "a red circle", "", null, List.of());
        Latent pivot = latent(run(first(), start));

        Latent grown = latent(run(second(), new StageInput(3, "a red circle", "", pivot, List.of(first()))));
        Picture picture = (Picture) run(
                decode(), new StageInput(3, "a red circle", "", grown, List.of(first(), second())));

        assertThat(grown.width()).isEqualTo(pivot.width() * 2);
        assertThat(grown.values()).hasSize(grown.channels() * grown.height() * grown.width());
        assertThat(picture.width()).isEqualTo(decode().width());
        assertThat(picture.height()).isEqualTo(decode().height());
        assertThat(picture.rgb()).hasSize(picture.width() * picture.height() * 3);
    }

    @Test
    void tellsItsObserverEveryStep() {
        List<Integer> steps = new ArrayList<>();

        engine().run(first(), List.of(new StageInput(1, "x", "", null, List.of())), (step, all) -> steps.add(step));

        assertThat(steps).isNotEmpty().isSorted().doesNotHaveDuplicates();
    }

    @Test
    void stopsWhenItsObserverSaysSo() {
        List<StageInput> items = List.of(new StageInput(1, "x", "", null, List.of()));

        assertThatThrownBy(() -> engine().run(first(), items, (step, steps) -> {
            throw new RunStopped(RunStopped.Cause.CANCELLED);
        })).isInstanceOf(RunStopped.class);

        assertThat(latent(run(first(), new StageInput(1, "x", "", null, List.of()))).isFinite()).isTrue();
    }

    private StageValue run(StageSpec stage, StageInput item) {
        return engine().run(stage, List.of(item), (step, steps) -> {}).get(0);
    }

    private static Latent latent(StageValue value) {
        assertThat(value).isInstanceOf(Latent.class);
        return (Latent) value;
    }
}
