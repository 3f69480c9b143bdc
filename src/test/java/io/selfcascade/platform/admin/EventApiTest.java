package io.selfcascade.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.PlatformTest;
import io.selfcascade.platform.admin.ApiClient.Answer;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A workload watched from its first state to its last. */
@PlatformTest
class EventApiTest {

    private static final Pattern ID = Pattern.compile("^id: (\\d+)$", Pattern.MULTILINE);

    @LocalServerPort
    private int port;

    private ApiClient api;

    @BeforeEach
    void connect() {
        api = new ApiClient(port);
    }

    @Test
    void tellsEveryStateUntilTheWorkloadHasEnded() {
        String events = api.post("/v1/workloads", """
                {"model": "scenes", "cascade": {"preset": "fast", "target": {"width": 128, "height": 128}, "steps": 2},
                 "items": [{"prompt": "a red circle on a white background"}]}""").json().path("links").path("events").asString();

        Answer whole = api.get(events);

        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.header("Content-Type")).isEqualTo("text/event-stream;charset=UTF-8");
        assertThat(whole.text()).startsWith("retry: 3000\n\nid: ").containsOnlyOnce("event: workload.snapshot\n")
                .containsOnlyOnce("\"state\": \"completed\"").endsWith("\n\n");
        List<Long> ids = ID.matcher(whole.text()).results().map(match -> Long.valueOf(match.group(1))).toList();
        assertThat(ids).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(1);
        Answer after = api.get(events, "Last-Event-ID", ids.get(ids.size() - 1).toString());
        assertThat(after.status()).isEqualTo(204);
    }

    @Test
    void refusesWhatNoStreamCanAnswerAsAProblem() {
        String accept = "text/event-stream";
        Answer unknown = api.get("/v1/workloads/" + UUID.randomUUID() + "/events", "Accept", accept);
        String workload = api.post("/v1/workloads", """
                {"model":"scenes","cascade":{"preset":"fast","target":{"width":128,"height":128}},"priority":0,
                 "items":[{"prompt":"a small blue star on a black background"}]}""").json().path("links").path("events").asString();
        Answer garbage = api.get(workload, "Accept", accept, "Last-Event-ID", "x17");

        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.json().path("code").asString()).isEqualTo("not_found");
        assertThat(garbage.status()).isEqualTo(400);
        assertThat(garbage.header("Content-Type")).startsWith("application/problem+json");
        assertThat(garbage.json().path("errors").path(0).path("pointer").asString()).isEqualTo("/Last-Event-ID");
    }
}
