package io.selfcascade.platform.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class PlanPropertiesTest {

    @Test
    void hasTheDocumentedDefaults() {
        assertThat(bind(Map.of()).settings()).isEqualTo(PlanSettings.DEFAULT);
    }

    @Test
    void takesExplicitValues() {
        assertThat(bind(Map.of("selfcascade.plan.pool", "gpu", "selfcascade.plan.max-items", "16")).settings())
                .isEqualTo(new PlanSettings("gpu", 16, 524_288, 300, 60, List.of()));
    }

    @Test
    void refusesSettingsNoStageCouldRunUnder() {
        assertThatThrownBy(() -> bind(Map.of("selfcascade.plan.max-items", "0")).settings())
                .hasMessage("Invalid selfcascade.plan.max-items: 0 (expected 1 to 64)");
        assertThatThrownBy(() -> bind(Map.of("selfcascade.plan.pool", "My Pool")).settings())
                .hasMessageContaining("selfcascade.plan.pool: My Pool");
    }

    @Test
    void aStageGoesToThePoolOfTheSmallestPicturesThatItFits() {
        PlanSettings settings = bind(Map.of(
                "selfcascade.plan.pool", "large", "selfcascade.plan.pools[0].name", "middle", "selfcascade.plan.pools[0].max-pixels", "262144",
                "selfcascade.plan.pools[1].name", "small", "selfcascade.plan.pools[1].max-pixels", "16384")).settings();

        assertThat(settings.poolFor(128 * 128)).isEqualTo("small");
        assertThat(settings.poolFor(128 * 128 + 1)).isEqualTo("middle");
        assertThat(settings.poolFor(1024 * 1024)).isEqualTo("large");
        assertThat(settings.poolNames()).containsExactly("large", "middle", "small");
    }

    private static PlanProperties bind(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("selfcascade.plan", PlanProperties.class);
    }
}
