package io.selfcascade.platform.plan;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The settings of {@code selfcascade.plan}; see {@link PlanSettings}. */
@ConfigurationProperties("selfcascade.plan")
record PlanProperties(
        @DefaultValue("cpu") String pool,
        @DefaultValue("8") int maxItems,
        @DefaultValue("524288") long batchPixels,
        @DefaultValue("300") int baseSeconds,
        @DefaultValue("60") int secondsPerMegapixelStep,
        @DefaultValue List<PlanSettings.Pool> pools) {

    PlanProperties {
        pools = List.copyOf(pools);
    }

    PlanSettings settings() {
        return new PlanSettings(pool, maxItems, batchPixels, baseSeconds, secondsPerMegapixelStep, pools);
    }
}
