package io.selfcascade.platform.intake;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the acceptance of workloads and files, where there is a database. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(IntakeProperties.class)
class IntakeConfiguration {

    @Bean
    IntakeLimits intakeLimits(IntakeProperties properties) {
        return properties.limits();
    }

    @Bean
    WorkloadRequestReader workloadRequestReader(IntakeLimits limits) {
        return new WorkloadRequestReader(limits);
    }

    @Bean
    WorkloadEditReader workloadEditReader(IntakeLimits limits) {
        return new WorkloadEditReader(limits);
    }

    @Bean
    WorkloadEdits workloadEdits(
            Workloads workloads, ApplicationEventPublisher events, PlatformTransactionManager transactionManager) {
        return new WorkloadEdits(workloads, events, new TransactionTemplate(transactionManager));
    }

    @Bean
    GenerationRequestReader generationRequestReader(IntakeLimits limits) {
        return new GenerationRequestReader(limits);
    }

    @Bean
    FilterReader filterReader(IntakeLimits limits) {
        return new FilterReader(limits);
    }

    @Bean
    DeadLetterFilterReader deadLetterFilterReader(IntakeLimits limits) {
        return new DeadLetterFilterReader(limits);
    }

    @Bean
    RequestFolders requestFolders(ArtifactStore store, IntakeProperties properties, Environment environment) {
        return new RequestFolders(localFiles(properties, environment), store, properties.limits());
    }

    @Bean
    BackfillRequestReader backfillRequestReader(IntakeLimits limits) {
        return new BackfillRequestReader(limits);
    }

    @Bean
    ScheduleRequestReader scheduleRequestReader(IntakeLimits limits) {
        return new ScheduleRequestReader(limits);
    }

    @Bean
    WebhookRequestReader webhookRequestReader(IntakeLimits limits) {
        return new WebhookRequestReader(limits);
    }

    @Bean
    ItemParser itemParser(IntakeLimits limits) {
        return new ItemParser(limits);
    }

    @Bean
    Uuid7 ids(InstantSource clock) {
        // Ids appear in links; nobody may guess the next one.
        return new Uuid7(clock, new SecureRandom());
    }

    @Bean
    FileUploads fileUploads(
            UploadedFiles files,
            ArtifactStore store,
            IntakeProperties properties,
            Uuid7 ids,
            InstantSource clock,
            Environment environment) {
        return new FileUploads(files, store, localFiles(properties, environment), properties.limits(), ids, clock);
    }

    @Bean
    WorkloadIntake workloadIntake(
            Workloads workloads,
            ArtifactStore store,
            FileUploads uploads,
            IntakeLimits limits,
            ModelRegistry models,
            ApplicationEventPublisher events,
            PlatformTransactionManager transactionManager,
            Uuid7 ids,
            InstantSource clock) {
        return new WorkloadIntake(
                workloads,
                new ItemSpool(store, uploads, limits),
                models,
                events,
                new TransactionTemplate(transactionManager),
                ids,
                new SecureRandom(),
                clock);
    }

    /** Paths make sense only where users and server share a disk. */
    private static LocalFiles localFiles(IntakeProperties properties, Environment environment) {
        boolean embedded = environment.getProperty("selfcascade.embedded.enabled", Boolean.class, true);
        return new LocalFiles(embedded ? properties.localRoots() : List.of());
    }
}
