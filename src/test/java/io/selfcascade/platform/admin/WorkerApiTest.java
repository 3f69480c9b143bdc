package io.selfcascade.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.PlatformTest;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** The registry of workers, over HTTP and the control topic to the worker itself. */
@PlatformTest
class WorkerApiTest {

    @LocalServerPort
    private int port;

    private ApiClient api;

    @BeforeEach
    void connect() {
        api = new ApiClient(port);
    }

    @Test
    void aDrainedWorkerTakesNothingUntilItIsAskedTo() {
        JsonNode worker = awaitState(0, "up");
        String self = "/v1/workers/" + worker.path("id").asString();

        assertThat(api.post(self + "/drain", "").status()).isEqualTo(202);
        awaitState(0, "draining");
        String workload = api.post("/v1/workloads", """
                {"model": "scenes", "cascade": {"preset": "fast", "target": {"width": 128, "height": 128}, "steps": 2},
                 "items": [{"prompt": "a red circle on a white background"}]}""").json().path("links").path("self").asString();
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(
                api.get(workload).json().path("pending_reason").asString("")).isEqualTo("no_worker_for_model"));

        api.post(self + "/resume", "");
        awaitState(0, "up");
        await().atMost(Duration.ofMinutes(2)).until(() -> api.get(workload).json().path("state").asString().equals("completed"));
    }

    @Test
    void describesTheDeviceOfEveryWorker() {
        JsonNode worker = awaitState(0, "up");

        assertThat(worker.path("pool").asString()).isEqualTo("cpu");
        assertThat(worker.path("models").path(0).asString()).isEqualTo("scenes");
        assertThat(worker.path("device").path("kind").asString()).isEqualTo("cpu");
        assertThat(worker.path("device").path("memory_bytes").asLong()).isPositive();
        assertThat(worker.path("device").path("max_pixels").asLong()).isPositive();
        assertThat(api.get("/v1/workers/nobody").status()).isEqualTo(404);
        assertThat(api.post("/v1/workers/nobody/drain", "").status()).isEqualTo(404);
    }

    private JsonNode awaitState(int index, String state) {
        return await().atMost(Duration.ofSeconds(60)).until(() -> api.get("/v1/workers").json().path("data").path(index),
                worker -> worker.path("state").asString("").equals(state));
    }
}
