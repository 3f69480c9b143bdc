package io.selfcascade.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.PlatformTest;
import io.selfcascade.platform.admin.ApiClient.Answer;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Webhooks as their users meet them; the receiver's name is one that never resolves. */
@PlatformTest
class WebhookApiTest {

    @LocalServerPort
    private int port;

    private ApiClient api;

    @BeforeEach
    void connect() {
        api = new ApiClient(port);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                              | /url      | missing_field
            {"url": "http://receiver.invalid/"}                             | /url      | invalid_value
            {"url": "https://user@receiver.invalid/"}                       | /url      | invalid_value
            {"url": "https://127.0.0.1/"}                                   | /url      | invalid_value
            {"url": "https://[::ffff:169.254.169.254]/"}                    | /url      | invalid_value
            {"url": "https://localhost/"}                                   | /url      | invalid_value
            {"url": "https://receiver.invalid/", "events": ["exploded"]}    | /events/0 | invalid_value
            {"url": "https://receiver.invalid/", "secret": "mine"}          | /secret   | unknown_field
            """)
    void refusesWhatCannotBeTold(String body, String pointer, String code) {
        Answer answer = api.post("/v1/webhooks", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors").path(0).path("pointer").asString()).isEqualTo(pointer);
        assertThat(answer.json().path("errors").path(0).path("code").asString()).isEqualTo(code);
    }

    @Test
    void showsASecretOnceAndTellsOfEveryAttempt() {
        Answer made = api.post("/v1/webhooks", "{\"url\": \"https://receiver.invalid/hook\", \"events\": [\"completed\"]}");
        String self = made.header("Location");
        String secret = made.json().path("secret").asString();
        assertThat(made.status()).isEqualTo(201);
        assertThat(secret).startsWith("whsec_");
        assertThat(api.get(self).text() + api.get("/v1/webhooks").text()).contains("receiver.invalid").doesNotContain("whsec_");

        String workload = api.post("/v1/workloads", """
                {"model": "scenes", "cascade": {"preset": "fast", "target": {"width": 128, "height": 128}, "steps": 2},
                 "items": [{"prompt": "a red circle on a white background"}]}""").json().path("links").path("self").asString();
        JsonNode delivery = await().atMost(Duration.ofMinutes(2)).until(
                () -> api.get(workload + "/webhook-deliveries").json().path("data").path(0),
                found -> found.path("attempts").asInt() > 0 && found.path("state").asString().equals("waiting"));

        assertThat(delivery.path("event").asString()).isEqualTo("workload.completed");
        assertThat(delivery.path("webhook_id").asString()).startsWith("msg_");
        assertThat(delivery.path("last_error").asString()).isEqualTo("unknown host");
        assertThat(delivery.path("next_at").asString()).isNotBlank();
        assertThat(api.get(workload).text() + api.get(workload + "/manifest.json").text()).doesNotContain("whsec_");
        Answer again = api.post(workload + "/webhook-deliveries/" + delivery.path("id").asLong() + "/redeliver", "");
        assertThat(again.status()).isIn(202, 409);

        Answer rotated = api.post(self + "/rotate", "");
        assertThat(rotated.json().path("secret").asString()).startsWith("whsec_").isNotEqualTo(secret);
        assertThat(api.patch(self, "{\"enabled\": false}").json().path("enabled").asBoolean(true)).isFalse();
        assertThat(api.delete(self).status()).isEqualTo(204);
        assertThat(api.get(self).status()).isEqualTo(404);
        assertThat(api.post(self + "/rotate", "").status()).isEqualTo(404);
    }
}
