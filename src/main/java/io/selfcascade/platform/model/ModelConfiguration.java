package io.selfcascade.platform.model;

import java.nio.file.Path;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the registry, in every role: coordinators plan by it, workers load by it. */
@Configuration(proxyBeanMethods = false)
class ModelConfiguration {

    @Bean
    ModelRegistry modelRegistry() {
        return ModelFiles.read(Path.of("config", "models"));
    }
}
