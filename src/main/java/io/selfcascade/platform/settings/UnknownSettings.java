package io.selfcascade.platform.settings;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Refuses to start with a key under {@code selfcascade} that nobody reads: a mistyped setting that is silently ignored
 * costs a night.
 */
class UnknownSettings implements EnvironmentPostProcessor, Ordered {

    private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("selfcascade");

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 2;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        KnownSettings known = KnownSettings.below("io.selfcascade");
        List<String> unknown = keys(environment).filter(key -> !known.has(key)).distinct().sorted().toList();
        if (!unknown.isEmpty()) {
            String key = unknown.get(0);
            String remedy = known.nearest(key).map(near -> "did you mean " + near + "?")
                    .orElse("config/application.yml lists every setting");
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Unknown setting: " + key + " (" + remedy + ")"
                    + (unknown.size() > 1 ? "; also unknown: " + unknown.subList(1, unknown.size()) : ""));
        }
    }

    private static Stream<String> keys(ConfigurableEnvironment environment) {
        return StreamSupport.stream(ConfigurationPropertySources.get(environment).spliterator(), false)
                .filter(IterableConfigurationPropertySource.class::isInstance)
                .flatMap(source -> ((IterableConfigurationPropertySource) source).stream())
                .filter(ROOT::isAncestorOf)
                .map(ConfigurationPropertyName::toString);
    }
}
