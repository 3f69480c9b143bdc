package io.selfcascade.platform.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.PlatformTest;
import io.selfcascade.platform.admin.ApiClient.Answer;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Dead letters over HTTP, from the record that was refused to the record sent again. */
@PlatformTest
class DeadLetterApiTest {

    private static final String LIST = "/v1/dead-letters?limit=100";

    @LocalServerPort
    private int port;

    @Autowired
    private Topics topics;

    private ApiClient api;

    @BeforeEach
    void connect() {
        api = new ApiClient(port);
    }

    @Test
    void aRequestRefusedAgainAfterItsRedriveIsANewDeadLetterThatNamesTheOld() throws Exception {
        String id = UUID.randomUUID().toString();
        send(topics.workloads(), id, "{\"model\": ");

        JsonNode letter = awaitLetter(topics.workloads(), id, 0);
        JsonNode whole = api.get(letter.path("links").path("self").asString()).json();
        Answer accepted = api.post(letter.path("links").path("redrive").asString(), "");
        JsonNode again = awaitLetter(topics.workloads(), id, 1);

        assertThat(letter.path("code").asString()).isEqualTo("invalid_request");
        assertThat(letter.path("reason").asString()).isNotBlank();
        assertThat(whole.path("value").path("text").asString()).isEqualTo("{\"model\": ");
        assertThat(whole.path("headers").toString()).contains("ce_source", id).doesNotContain("dlt_", "kafka_");
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(again.path("came_from").asString()).isEqualTo(letter.path("id").asString());
        await().atMost(Duration.ofSeconds(30)).until(() -> state(letter).equals("redriven"));
        assertThat(api.post(letter.path("links").path("redrive").asString(), "").json().path("sends").asInt()).isOne();
    }

    @Test
    void manyAreRedrivenByWhatIsWrongWithThem() throws Exception {
        String id = UUID.randomUUID().toString();
        send(topics.taskEvents(), id, "\0");
        JsonNode letter = awaitLetter(topics.taskEvents(), id, 0);
        String filter = """
                {"topic": "%s", "code": "%s", "before": "2999-01-01T00:00:00Z", "limit": 10}"""
                .formatted(topics.taskEvents(), letter.path("code").asString());

        Answer accepted = api.post("/v1/dead-letters/redrive", filter);

        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.json().path("ids").toString()).contains('"' + letter.path("id").asString() + '"');
        assertThat(awaitLetter(topics.taskEvents(), id, 1).path("came_from").asString())
                .isEqualTo(letter.path("id").asString());
    }

    @Test
    void refusesAFilterItDoesNotUnderstand() {
        assertThat(api.post("/v1/dead-letters/redrive", "{\"topics\": \"x\"}").status()).isEqualTo(400);
        assertThat(api.post("/v1/dead-letters/redrive", "").status()).isEqualTo(400);
        assertThat(api.get("/v1/dead-letters?state=lost").status()).isEqualTo(400);
        assertThat(api.get("/v1/dead-letters?state=kept").status()).isEqualTo(200);
        assertThat(api.get("/v1/dead-letters/0").status()).isEqualTo(404);
        assertThat(api.post("/v1/dead-letters/0/redrive", "").status()).isEqualTo(404);
    }

    /** Waits for a dead letter of the record with this key, after so many others of it. */
    private JsonNode awaitLetter(String topic, String key, int earlier) {
        return await().atMost(Duration.ofSeconds(60)).until(() -> {
            int seen = 0;
            JsonNode page = api.get(LIST + "&topic=" + topic).json().path("data");
            for (int i = page.size() - 1; i >= 0; i--) {
                String self = page.get(i).path("links").path("self").asString();
                if (api.get(self).json().path("key").path("text").asString("").equals(key) && seen++ == earlier) {
                    return page.get(i);
                }
            }
            return null;
        }, letter -> letter != null);
    }

    private String state(JsonNode letter) {
        return api.get(letter.path("links").path("self").asString()).json().path("state").asString();
    }

    private static void send(String topic, String id, String value) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", SharedInfrastructure.bootstrapServers()),
                new ByteArraySerializer(), new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, id.getBytes(UTF_8), value.getBytes(UTF_8));
            message.headers().add("ce_source", "test".getBytes(UTF_8)).add("ce_id", id.getBytes(UTF_8));
            producer.send(message).get(10, TimeUnit.SECONDS);
        }
    }
}
