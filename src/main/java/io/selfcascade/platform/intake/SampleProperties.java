package io.selfcascade.platform.intake;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The workload that a fresh installation runs by itself.
 *
 * @param enabled only in embedded mode, in role all
 * @param items JSONL, below the working directory or else on the class path
 * @param side of the finished square pictures in pixels
 */
@ConfigurationProperties("selfcascade.sample")
record SampleProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("config/workloads/sample.jsonl") String items,
        @DefaultValue("scenes") String model,
        @DefaultValue("fast") Preset preset,
        @DefaultValue("512") int side) {}
