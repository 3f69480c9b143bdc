package io.selfcascade.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.PlatformTest;
import io.selfcascade.platform.admin.ApiClient.Answer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Operations on many workloads and many items over HTTP. */
@PlatformTest
class BulkApiTest {

    private final String name = "bulk-" + UUID.randomUUID();

    @LocalServerPort
    private int port;

    private ApiClient api;

    @BeforeEach
    void connect() {
        api = new ApiClient(port);
    }

    @Test
    void pausesCancelsAndRetriesWhatItsFilterMatches() {
        String filter = "{\"name_prefix\": \"" + name + "\"}";
        submit("-a");
        submit("-b");

        JsonNode resumed = api.post("/v1/workloads/resume", filter).json();
        JsonNode paused = api.post("/v1/workloads/pause", filter).json();
        JsonNode first = api.post("/v1/workloads/cancel", filter.replace("}", ", \"limit\": 1}")).json();
        JsonNode second = api.post("/v1/workloads/cancel",
                filter.replace("}", ", \"after\": \"" + first.path("last_id").asString() + "\"}")).json();
        JsonNode again = api.post("/v1/workloads/cancel", filter).json();

        assertThat(resumed.path("matched").asInt()).isEqualTo(2);
        assertThat(resumed.path("ids")).hasSize(2);
        assertThat(paused.path("ids")).hasSize(2);
        assertThat(first.path("changed").asInt()).isOne();
        assertThat(first.path("has_more").asBoolean()).isTrue();
        assertThat(second.path("changed").asInt()).isOne();
        assertThat(second.path("has_more").asBoolean()).isFalse();
        assertThat(again.path("matched").asInt()).isEqualTo(2);
        assertThat(again.path("changed").asInt()).isZero();
        String self = "/v1/workloads/" + first.path("last_id").asString();
        await().atMost(Duration.ofSeconds(60)).until(() -> api.get(self).json().path("state").asString().equals("cancelled"));
        Answer retried = api.post("/v1/workloads/retry", filter.replace("}", ", \"state\": [\"cancelled\"]}"));
        assertThat(retried.status()).isEqualTo(202);
        assertThat(retried.json().path("ids").toString()).contains(first.path("last_id").asString());
        api.post("/v1/workloads/cancel", filter);
    }

    @Test
    void cancelsAndRetriesItemsByFilter() {
        String self = "/v1/workloads/" + submit("");

        Answer cancelled = api.post(self + "/items/cancel", "{\"custom_id_prefix\": \"night-\"}");

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.json().path("changed").asInt()).isEqualTo(2);
        assertThat(api.get(self + "/items/1").json().path("state").asString()).isEqualTo("cancelled");
        assertThat(api.post(self + "/items/retry", "{\"state\": \"cancelled\"}").status()).isEqualTo(409);
        api.post(self + "/cancel", "");
        await().atMost(Duration.ofSeconds(60)).until(() -> api.get(self).json().path("state").asString().equals("cancelled"));
        Answer retried = api.post(self + "/items/retry", "{\"state\": \"cancelled\", \"custom_id_prefix\": \"night-1\"}");
        assertThat(retried.status()).isEqualTo(202);
        assertThat(retried.json().path("generation").asInt()).isEqualTo(2);
        api.post(self + "/cancel", "");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /v1/workloads/cancel | {}                              | 400
            /v1/workloads/cancel | {"limit": 10}                   | 400
            /v1/workloads/cancel | {"states": ["queued"]}          | 400
            /v1/workloads/pause  | {"state": ["running"]}          | 400
            /v1/workloads/pause  | {"model": "x", "limit": 1001}   | 400
            /v1/workloads/pause  | {"model": "x", "after": "../x"} | 400
            /v1/workloads/retry  | {"model": "x"}                  | 202
            /v1/workloads/resume | {"model": "x"}                  | 200
            /v1/workloads/0198c0de-0000-7000-8000-000000000000/items/cancel | {"items": [1]} | 404
            /v1/workloads/0198c0de-0000-7000-8000-000000000000/items/retry  | {}             | 400
            """)
    void refusesWhatCouldMeanEverything(String path, String body, int status) {
        assertThat(api.post(path, body).status()).isEqualTo(status);
    }

    /** Paused at once, so that the worker of this context does not finish it first. */
    private String submit(String suffix) {
        String id = api.post("/v1/workloads", """
                {"name": "%s", "model": "scenes", "priority": 0, "cascade": {"preset": "paper", "target": {"width": 512, "height": 512}},
                 "items": [{"custom_id": "day", "prompt": "a red circle"}, {"custom_id": "night-1", "prompt": "a red circle"},
                           {"custom_id": "night-2", "prompt": "a red circle"}]}""".formatted(name + suffix)).json().path("id").asString();
        String self = "/v1/workloads/" + id;
        await().atMost(Duration.ofSeconds(60)).until(() -> api.get(self).json().path("counts").path("total").asInt(0) == 3);
        api.post(self + "/pause", "");
        return id;
    }
}
