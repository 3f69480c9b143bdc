package io.selfcascade.platform.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WebhookSecretTest {

    /** From the reference libraries of Standard Webhooks. */
    @Test
    void signsAsEveryReceiverExpects() {
        WebhookSecret secret = WebhookSecret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        assertThat(secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void isLongEnoughAndNeverPrinted() {
        WebhookSecret secret = WebhookSecret.draw(new Random(7));

        assertThat(secret.reveal()).startsWith("whsec_");
        assertThat(Base64.getDecoder().decode(secret.reveal().substring(6))).hasSize(32);
        assertThat(secret.toString()).isEqualTo("whsec_…");
        assertThat(WebhookSecret.draw(new Random(8)).reveal()).isNotEqualTo(secret.reveal());
    }
}
