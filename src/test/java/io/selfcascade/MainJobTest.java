package io.selfcascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.admin.ApiClient;
import io.selfcascade.platform.admin.ApiClient.Answer;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** The main job from request to picture: real servers, the bundled model, a cascade of two sizes. */
@PlatformTest
class MainJobTest {

    @LocalServerPort
    private int port;

    private ApiClient api;

    @BeforeEach
    void connect() {
        api = new ApiClient(port);
    }

    @Test
    void rendersEveryGoodLineAndReportsTheBadOne() throws Exception {
        String lines = """
                {"custom_id": "red", "prompt": "a large red circle on a white background", "seed": 7}
                {"custom_id": "bad", "promt": "a typing mistake"}
                {"custom_id": "blue", "prompt": "a large blue square on a black background", "seed": 8}
                """;
        String file = api.upload("items", "lines.jsonl", lines.getBytes(StandardCharsets.UTF_8)).json().path("id").asString();

        JsonNode accepted = api.post("/v1/workloads", """
                {"name": "main job", "model": "scenes", "items_file": "%s", "priority": 9, "previews": true,
                 "cascade": {"preset": "fast", "target": {"width": 256, "height": 256}, "steps": 6}}""".formatted(file)).json();
        String self = accepted.path("links").path("self").asString();
        JsonNode ended = awaitEnd(self);

        assertThat(ended.path("state").asString()).as(ended.toString()).isEqualTo("completed");
        assertThat(ended.path("counts").path("completed").asInt()).isEqualTo(2);
        assertThat(ended.path("counts").path("failed").asInt()).isEqualTo(1);
        assertThat(api.get(self + "/errors.jsonl").text()).contains("\"bad\"").contains("promt");
        JsonNode manifest = api.get(self + "/manifest.json").json();
        assertThat(manifest.path("items")).hasSize(2);
        for (JsonNode item : api.get(self + "/items").json().path("data")) {
            if (item.path("state").asString().equals("completed")) {
                requirePicture(item, manifest);
            }
        }
    }

    @Test
    void runsWhatWasCancelledOnceMoreWhenAskedTo() {
        String self = api.post("/v1/workloads", """
                {"model": "scenes", "cascade": {"preset": "fast", "target": {"width": 128, "height": 128}},
                 "items": [{"prompt": "a small red star on a white background"}, {"prompt": "a blue circle on a gray background"}]}""")
                .json().path("links").path("self").asString();
        api.post(self + "/cancel", "");
        awaitEnd(self);

        Answer mistaken = api.post(self + "/retry", "{\"item\": [0]}");
        Answer retried = api.post(self + "/retry", "");
        JsonNode ended = awaitEnd(self);

        assertThat(mistaken.status()).isEqualTo(400);
        assertThat(mistaken.json().path("errors").path(0).path("pointer").asString()).isEqualTo("/item");
        assertThat(retried.status()).isEqualTo(202);
        assertThat(ended.path("state").asString()).as(ended.toString()).isEqualTo("completed");
        assertThat(ended.path("generation").asInt()).isEqualTo(2);
        assertThat(api.get(self + "/manifest.json").json().path("items")).hasSize(2);
    }

    /** The same noise at every stage: stopping on the way leaves no trace in the picture. */
    @Test
    void aPromotedDraftBecomesThePictureOfAWorkloadThatNeverStopped() {
        String body = """
                {"model": "scenes", "determinism": "strict", %s
                 "cascade": {"preset": "fast", "target": {"width": 256, "height": 256}, "steps": 6, "eta": 0.5},
                 "items": [{"prompt": "a large red circle on a white background", "seed": 7},
                           {"prompt": "a small blue star on a black background", "seed": 8}]}""";
        String straight = api.post("/v1/workloads", body.formatted("")).json().path("links").path("self").asString();
        String stopping = api.post("/v1/workloads", body.formatted("\"stop_after\": 0,"))
                .json().path("links").path("self").asString();
        JsonNode drafted = awaitEnd(stopping);
        JsonNode draft = api.get(stopping + "/items/1").json().path("result");

        assertThat(drafted.path("state").asString()).as(drafted.toString()).isEqualTo("completed");
        assertThat(drafted.path("stages")).hasSize(2);
        assertThat(draft.path("draft").asBoolean()).isTrue();
        assertThat(draft.path("width").asInt()).isEqualTo(128);
        JsonNode decode = api.get(stopping + "/items/1").json().path("stages").path(1);
        assertThat(decode.path("draft").asBoolean()).isTrue();
        assertThat(decode.path("state").asString()).isEqualTo("succeeded");
        assertThat(decode.path("attempts").asInt()).isOne();
        Answer promoted = api.post(drafted.path("links").path("promote").asString(), "{\"items\": [1], \"generation\": 2}");
        assertThat(promoted.status()).as(promoted.text()).isEqualTo(202);
        JsonNode ended = awaitEnd(stopping);
        assertThat(ended.path("state").asString()).as(ended.toString()).isEqualTo("completed");
        assertThat(ended.path("promoted").asInt()).isOne();
        awaitEnd(straight);

        JsonNode kept = api.get(stopping + "/items/0").json().path("result");
        assertThat(kept.path("draft").asBoolean()).isTrue();
        assertThat(picture(stopping, 1)).isEqualTo(picture(straight, 1));
        JsonNode items = api.get(stopping + "/manifest.json").json().path("items");
        assertThat(items.path(0).path("draft").asBoolean()).isTrue();
        assertThat(items.path(1).has("draft")).isFalse();
        assertThat(items.path(1).path("width").asInt()).isEqualTo(256);
        assertThat(api.post(straight + "/promote", "").json().path("code").asString()).isEqualTo("no_draft");
    }

    @Test
    void completesWithoutTheItemThatWasCancelled() {
        String self = api.post("/v1/workloads", """
                {"model": "scenes", "cascade": {"preset": "fast", "target": {"width": 256, "height": 256}},
                 "items": [{"prompt": "a red star on a white background"}, {"prompt": "a blue circle on a gray background"}]}""")
                .json().path("links").path("self").asString();
        await().atMost(Duration.ofSeconds(30)).until(() -> api.get(self + "/items").json().path("data").size() == 2);

        Answer cancelled = api.post(self + "/items/1/cancel", "");
        JsonNode ended = awaitEnd(self);

        assertThat(cancelled.json().path("state").asString()).isEqualTo("cancelled");
        assertThat(ended.path("state").asString()).as(ended.toString()).isEqualTo("completed");
        assertThat(ended.path("counts").path("completed").asInt()).isEqualTo(1);
        assertThat(ended.path("counts").path("cancelled").asInt()).isEqualTo(1);
    }

    @Test
    void runsNothingWithoutTheBrokerAndEverythingOnceItIsBack() {
        String[] self = new String[1];

        SharedInfrastructure.withoutBroker(() -> {
            self[0] = api.post("/v1/workloads", """
                    {"model": "scenes", "cascade": {"preset": "fast", "target": {"width": 128, "height": 128}},
                     "items": [{"prompt": "a large red circle on a white background"}]}""")
                    .json().path("links").path("self").asString();
            await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(8)).until(
                    () -> api.get(self[0]).json().path("stages").path(0).path("succeeded").asInt(-1) == 0);
        });

        assertThat(awaitEnd(self[0]).path("counts").path("completed").asInt()).isOne();
    }

    /** The bytes of an item's result. */
    private byte[] picture(String workload, int ordinal) {
        JsonNode item = api.get(workload + "/items/" + ordinal).json();
        String sha256 = item.path("result").path("sha256").asString();
        return item.path("artifacts").valueStream().filter(artifact -> artifact.path("sha256").asString().equals(sha256))
                .map(artifact -> api.get(artifact.path("content").asString()).bytes()).findFirst().orElseThrow();
    }

    private void requirePicture(JsonNode item, JsonNode manifest) throws IOException, NoSuchAlgorithmException {
        List<JsonNode> artifacts = List.copyOf(item.path("artifacts").valueStream().toList());
        assertThat(artifacts).hasSize(3);
        Answer preview = api.get(artifacts.get(0).path("preview").asString());
        assertThat(ImageIO.read(new ByteArrayInputStream(preview.bytes())).getWidth()).isEqualTo(128);
        assertThat(artifacts.get(1).has("preview")).as("the decode shows the last pivot").isFalse();
        Answer picture = api.get(artifacts.get(2).path("content").asString());
        String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(picture.bytes()));
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture.bytes()));

        assertThat(picture.header("Content-Type")).isEqualTo("image/png");
        assertThat(image.getWidth()).isEqualTo(256);
        assertThat(sha256).isEqualTo(item.path("result").path("sha256").asString());
        assertThat(manifest.path("items")).anySatisfy(line ->
                assertThat(line.path("sha256").asString()).isEqualTo(sha256));
        assertThat(new String(picture.bytes(), StandardCharsets.ISO_8859_1)).contains("parameters", "Steps: ");
    }

    private JsonNode awaitEnd(String self) {
        return await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(300)).until(
                () -> api.get(self).json(),
                workload -> List.of("completed", "failed", "cancelled", "expired").contains(workload.path("state").asString()));
    }
}
