package io.selfcascade.diffusion.noise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.TimestepSpacing;
import java.util.Comparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TimestepGridTest {

    @ParameterizedTest
    @EnumSource(TimestepSpacing.class)
    void fallsStrictlyWithinTheTrainingTimesteps(TimestepSpacing spacing) {
        for (int steps = 1; steps <= 500; steps++) {
            TimestepGrid grid = TimestepGrid.of(spacing, 1000, steps, 1);

            assertThat(grid.timesteps()).hasSize(steps).doesNotHaveDuplicates()
                    .isSortedAccordingTo(Comparator.reverseOrder()).allMatch(t -> t >= 0 && t < 1000);
        }
    }

    @Test
    void walksThirtyFiveStepsFromKSevenHundred() {
        TimestepGrid tail = TimestepGrid.of(TimestepSpacing.LEADING, 1000, 50, 1).tailFrom(700);

        assertThat(tail.size()).isEqualTo(35);
        assertThat(tail.first()).isEqualTo(681);
        assertThat(tail.previous(681)).isEqualTo(661);
    }

    @Test
    void hasNothingToWalkBelowItsLastTimestep() {
        assertThat(TimestepGrid.of(TimestepSpacing.TRAILING, 1000, 50, 1).tailFrom(18).isEmpty()).isTrue();
    }

    @Test
    void spreadsAsDiffusersDoes() {
        assertThat(TimestepGrid.of(TimestepSpacing.LEADING, 1000, 50, 1).timesteps()).startsWith(981, 961).endsWith(21, 1);
        assertThat(TimestepGrid.of(TimestepSpacing.LEADING, 1000, 30, 1).timesteps()).startsWith(958, 925).endsWith(34, 1);
        assertThat(TimestepGrid.of(TimestepSpacing.LEADING, 1000, 20, 1).timesteps()).startsWith(951, 901).endsWith(51, 1);
        assertThat(TimestepGrid.of(TimestepSpacing.LINSPACE, 1000, 50, 1).timesteps())
                .startsWith(999, 979, 958, 938).endsWith(41, 20, 0);
        assertThat(TimestepGrid.of(TimestepSpacing.TRAILING, 1000, 50, 1).timesteps())
                .startsWith(999, 979).endsWith(39, 19);
        assertThat(TimestepGrid.of(TimestepSpacing.TRAILING, 1000, 30, 1).timesteps())
                .startsWith(999, 966, 932, 899).endsWith(66, 32);
    }

    @Test
    void refusesAGridThatLeavesTheTrainingTimesteps() {
        assertThatThrownBy(() -> TimestepGrid.of(TimestepSpacing.LEADING, 1000, 1000, 1))
                .hasMessageContaining("begin at timestep 1000");
        assertThatThrownBy(() -> TimestepGrid.of(TimestepSpacing.LEADING, 1000, 1001, 0))
                .hasMessageContaining("expected 1..1000");
    }
}
