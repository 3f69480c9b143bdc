package io.selfcascade.platform.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class WebhookPropertiesTest {

    @Test
    void hasDefaults() {
        assertThat(bind(Map.of())).isEqualTo(new WebhookProperties(
                false, 16, 2, Duration.ofSeconds(5), Duration.ofSeconds(15), 50, Duration.ofDays(7)));
    }

    @Test
    void takesValues() {
        assertThat(bind(Map.of("selfcascade.webhooks.allow-private", "true", "selfcascade.webhooks.at-once", "4",
                "selfcascade.webhooks.per-webhook", "1", "selfcascade.webhooks.connect-timeout", "1s",
                "selfcascade.webhooks.timeout", "2s", "selfcascade.webhooks.most-webhooks", "3",
                "selfcascade.webhooks.retention", "30d")))
                .isEqualTo(new WebhookProperties(
                        true, 4, 1, Duration.ofSeconds(1), Duration.ofSeconds(2), 3, Duration.ofDays(30)));
    }

    @Test
    void refusesToForgetWhatIsStillBeingSent() {
        assertThatThrownBy(() -> bind(Map.of("selfcascade.webhooks.retention", "1d"))).hasRootCauseMessage(
                "Invalid selfcascade.webhooks.retention: PT24H (expected at least 4d: retries go on for 3)");
    }

    private static WebhookProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("selfcascade.webhooks", WebhookProperties.class);
    }
}
