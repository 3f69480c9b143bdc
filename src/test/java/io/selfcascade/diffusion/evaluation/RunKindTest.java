package io.selfcascade.diffusion.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.diffusion.evaluation.RunKind.Method;
import io.selfcascade.spec.CascadeException;
import org.junit.jupiter.api.Test;

class RunKindTest {

    @Test
    void readsTheNamesOfRuns() {
        assertThat(RunKind.parse("native")).isEqualTo(new RunKind(Method.NATIVE, 1));
        assertThat(RunKind.parse(" direct2 ")).isEqualTo(new RunKind(Method.DIRECT, 2));
        assertThat(RunKind.parse("Cascade4").label()).isEqualTo("cascade 4× side");
    }

    @Test
    void refusesRunsThatDoNotExist() {
        for (String word : new String[] {"native2", "direct", "direct3", "cascade8", "upsample1", "paper", ""}) {
            assertThatThrownBy(() -> RunKind.parse(word)).as(word)
                    .isInstanceOf(CascadeException.class).hasMessageContaining("upsample2");
        }
    }
}
