package io.selfcascade.platform.report;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.TenantQuotas;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wires the read models, where there is a database to read. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(ReportProperties.class)
class ReportConfiguration {

    @Bean
    WorkloadViews workloadViews(JdbcClient jdbc, TenantQuotas quotas) {
        return new WorkloadViews(jdbc, quotas);
    }

    @Bean
    ArtifactViews artifactViews(JdbcClient jdbc) {
        return new ArtifactViews(jdbc);
    }

    @Bean
    ItemStageViews itemStageViews(JdbcClient jdbc) {
        return new ItemStageViews(jdbc);
    }

    @Bean
    WorkerViews workerViews(JdbcClient jdbc) {
        return new WorkerViews(jdbc);
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "selfcascade.report.progress", matchIfMissing = true)
    ConsoleProgress consoleProgress(WorkloadViews views, ArtifactStore store) {
        PrintStream terminal = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        return new ConsoleProgress(views, store, terminal, System.console() != null);
    }
}
