package io.selfcascade.platform.webhook;

import io.selfcascade.platform.dispatch.Loop;
import io.selfcascade.platform.intake.Uuid7;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.role.LifecyclePhase;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires webhooks: who they are, what they are told, and who sends it. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(WebhookProperties.class)
class WebhookConfiguration {

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    @Bean
    WebhookTargets webhookTargets(WebhookProperties properties) {
        return new WebhookTargets(SystemDefaultDnsResolver.INSTANCE, properties.allowPrivate());
    }

    @Bean
    Webhooks webhooks(JdbcClient jdbc, WebhookTargets targets, WebhookProperties properties, Uuid7 ids) {
        return new Webhooks(jdbc, targets, properties.mostWebhooks(), ids::next, new SecureRandom());
    }

    @Bean
    WebhookDeliveries webhookDeliveries(JdbcClient jdbc, PlatformTransactionManager transactions) {
        return new WebhookDeliveries(jdbc, new TransactionTemplate(transactions));
    }

    @Bean
    WebhookClient webhookClient(WebhookTargets targets, WebhookProperties properties, InstantSource clock) {
        return new WebhookClient(targets, properties, clock);
    }

    @Bean
    Loop webhookSenderLoop(WebhookDeliveries deliveries, WebhookClient client, WebhookProperties properties) {
        WebhookSender sender = new WebhookSender(deliveries, client, new RetryTimetable(new SecureRandom()), properties);
        return new Loop("webhook-sender", LifecyclePhase.COORDINATOR, LOOK_EVERY, sender);
    }

    @Bean
    Loop webhookCleanupLoop(WebhookDeliveries deliveries, WebhookProperties properties) {
        return new Loop("webhook-cleanup", LifecyclePhase.COORDINATOR, Duration.ofHours(1),
                () -> deliveries.clean(properties.retention()));
    }
}
