package io.selfcascade.platform.webhook;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How webhooks are sent.
 *
 * @param allowPrivate whether addresses of this machine and of private networks may be named, and http: for closed networks
 * @param atOnce messages that a process sends at the same time
 * @param perWebhook of them to one webhook, by all processes together
 * @param connectTimeout to one address
 * @param timeout of an attempt from its first byte to the last
 * @param mostWebhooks a tenant may have
 * @param retention after which settled deliveries, and those of disabled webhooks, are deleted
 */
@ConfigurationProperties("selfcascade.webhooks")
record WebhookProperties(
        @DefaultValue("false") boolean allowPrivate,
        @DefaultValue("16") int atOnce,
        @DefaultValue("2") int perWebhook,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("15s") Duration timeout,
        @DefaultValue("50") int mostWebhooks,
        @DefaultValue("7d") Duration retention) {

    WebhookProperties {
        require(atOnce >= 1, "at-once: " + atOnce + " (expected at least 1)");
        require(perWebhook >= 1 && perWebhook <= atOnce, "per-webhook: " + perWebhook + " (expected 1 to at-once " + atOnce + ")");
        require(connectTimeout.toMillis() >= 1 && connectTimeout.compareTo(timeout) <= 0,
                "connect-timeout: " + connectTimeout + " (expected at most timeout " + timeout + ")");
        require(mostWebhooks >= 1, "most-webhooks: " + mostWebhooks + " (expected at least 1)");
        require(retention.toDays() >= 4, "retention: " + retention + " (expected at least 4d: retries go on for 3)");
    }

    /** For so long a sending is nobody else's. An attempt whose name takes long to resolve may exceed its timeout. */
    Duration lease() {
        return timeout.multipliedBy(4);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.webhooks." + what);
        }
    }
}
