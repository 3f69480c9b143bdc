package io.selfcascade.platform.artifact.filesystem;

import io.selfcascade.platform.artifact.ArtifactStore;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the file store, in every role, where no bucket is named: workers write what coordinators serve. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ArtifactProperties.class)
class FileArtifactConfiguration {

    @Bean
    @ConditionalOnExpression("'${selfcascade.artifact.s3.bucket:}'.isEmpty()")
    ArtifactStore artifactStore(ArtifactProperties properties) {
        return new FileArtifactStore(properties.root(), properties.reserve().toBytes());
    }
}
