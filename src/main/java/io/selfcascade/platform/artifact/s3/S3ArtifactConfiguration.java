package io.selfcascade.platform.artifact.s3;

import io.selfcascade.platform.artifact.ArtifactStore;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** Wires the bucket, in every role, where one is named. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(S3Properties.class)
class S3ArtifactConfiguration {

    @Bean
    @ConditionalOnExpression("!'${selfcascade.artifact.s3.bucket:}'.isEmpty()")
    S3Client s3Client(S3Properties properties) {
        return S3Clients.of(properties, DefaultCredentialsProvider.builder().build());
    }

    @Bean
    @ConditionalOnExpression("!'${selfcascade.artifact.s3.bucket:}'.isEmpty()")
    ArtifactStore s3ArtifactStore(S3Client s3Client, S3Properties properties) {
        return new S3ArtifactStore(s3Client, properties.bucket());
    }
}
