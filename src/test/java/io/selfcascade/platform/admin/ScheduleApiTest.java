package io.selfcascade.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.PlatformTest;
import io.selfcascade.platform.admin.ApiClient.Answer;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Schedules over HTTP, in a platform whose clock nobody moves. */
@PlatformTest
class ScheduleApiTest {

    private static final String WORKLOAD = """
            {"name": "nightly {date}", "model": "scenes", "priority": 0,
             "cascade": {"preset": "fast", "target": {"width": 128, "height": 128}, "steps": 2},
             "items": [{"prompt": "a red circle on a white background"}]}""";

    @LocalServerPort
    private int port;

    private ApiClient api;

    @BeforeEach
    void connect() {
        api = new ApiClient(port);
    }

    @Test
    void aScheduleIsMadeReadEditedListedAndDeleted() {
        Answer created = create("30 2 * * *", "");
        String self = created.json().path("links").path("self").asString();

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo(self);
        assertThat(created.json().path("overlap_policy").asString()).isEqualTo("forbid");
        assertThat(created.json().path("enabled").asBoolean()).isTrue();
        assertThat(created.json().path("workload").path("model").asString()).isEqualTo("scenes");
        assertThat(created.json().path("next_at").asString()).endsWith(":30:00Z");

        Answer edited = api.patch(self, "{\"starting_deadline\": \"4h\"}", "If-Match", created.header("ETag"));
        assertThat(edited.status()).isEqualTo(200);
        assertThat(edited.json().path("starting_deadline").asString()).isEqualTo("PT4H");
        assertThat(api.patch(self, "{\"cron\": \"0 3 * * *\"}", "If-Match", created.header("ETag")).status()).isEqualTo(412);
        assertThat(api.get(self).header("ETag")).isEqualTo(edited.header("ETag"));
        assertThat(api.get("/v1/schedules?limit=100").json().path("data"))
                .anySatisfy(one -> assertThat(one.path("id")).isEqualTo(created.json().path("id")));

        assertThat(api.delete(self).status()).isEqualTo(204);
        assertThat(api.get(self).status()).isEqualTo(404);
        assertThat(api.delete(self).status()).isEqualTo(404);
    }

    @Test
    void pagesThroughSchedules() {
        String first = create("30 2 * * *", "").json().path("id").asString();
        String second = create("30 2 * * *", "").json().path("id").asString();

        JsonNode page = api.get("/v1/schedules?limit=1").json();
        assertThat(page.path("data").path(0).path("id").asString()).isEqualTo(second);
        assertThat(page.path("has_more").asBoolean()).isTrue();
        assertThat(api.get("/v1/schedules?limit=1&after=" + second).json().path("data").path(0).path("id").asString())
                .isEqualTo(first);
        api.delete("/v1/schedules/" + first);
        api.delete("/v1/schedules/" + second);
    }

    @Test
    void refusesABadScheduleWithAPointerForEveryMistake() {
        Answer refused = api.post("/v1/schedules", """
                {"name": "n", "cron": "at night", "time_zone": "Europe/Berln", "workload": {"model": "scenes"}}""");

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("errors")).extracting(error -> error.path("pointer").asString())
                .containsExactlyInAnyOrder("/cron", "/time_zone", "/workload/cascade", "/workload/items");
    }

    @Test
    void saysWhenItRunsNextAndWhatTheClocksDoThen() {
        String self = create("30 2 * * *", "").json().path("links").path("self").asString();

        JsonNode next = api.get(self + "/next-runs?count=100").json();

        assertThat(next).hasSize(100).allSatisfy(time -> {
            assertThat(time.path("logical_date").asString()).endsWith("T02:30");
            assertThat(time.path("local").asString()).containsPattern("T0[23]:\\d0:00\\+0[12]:00$");
        });
        assertThat(api.get(self + "/next-runs").json()).hasSize(5);
        assertThat(api.get(self + "/next-runs?count=101").status()).isEqualTo(400);
        api.delete(self);
    }

    @Test
    void aRunOfTheClockRendersItsWorkload() {
        String self = create("* * * * * *", ", \"overlap_policy\": \"forbid\"").json().path("links").path("self").asString();
        JsonNode started = await().atMost(Duration.ofSeconds(60)).until(() -> oldestStarted(self), found -> !found.isMissingNode());
        api.post(self + "/pause", "");

        String workload = "/v1/workloads/" + started.path("workloads").path(0).asString();
        assertThat(api.get(workload).json().path("name").asString()).matches("nightly \\d{4}-\\d\\d-\\d\\d");
        await().atMost(Duration.ofMinutes(3)).until(() -> api.get(workload).json().path("state").asString().equals("completed"));
        assertThat(api.get(self).json().path("enabled").asBoolean(true)).isFalse();
        api.delete(self);
        assertThat(api.get(workload).status()).isEqualTo(200);
    }

    @Test
    void aTriggerSentAgainIsTheRunItMadeTheFirstTime() {
        String self = create("0 0 29 2 *", ", \"enabled\": false").json().path("links").path("self").asString();

        Answer first = api.post(self + "/trigger", "", "Idempotency-Key", "now");
        Answer again = api.post(self + "/trigger", "", "Idempotency-Key", "now");

        assertThat(first.status()).isEqualTo(202);
        assertThat(first.json().path("state").asString()).isEqualTo("started");
        assertThat(first.json().path("workloads")).hasSize(1);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(api.post(self + "/trigger", "").json().path("state").asString()).isIn("skipped_overlap", "started");
        api.delete(self);
    }

    @Test
    void aBackfillRunsOneDateAfterTheOther() {
        String self = create("0 0 29 2 *", ", \"enabled\": false").json().path("links").path("self").asString();

        Answer asked = api.post(self + "/backfill", "{\"from\": \"2020-01-01\", \"to\": \"2024-12-31\"}");
        Answer again = api.post(self + "/backfill", "{\"from\": \"2020-01-01\", \"to\": \"2024-12-31\"}");

        assertThat(asked.status()).isEqualTo(202);
        assertThat(asked.json().path("waiting").asInt()).isEqualTo(2);
        assertThat(again.json().path("waiting").asInt()).isZero();
        assertThat(again.json().path("untouched").asInt()).isEqualTo(2);
        await().atMost(Duration.ofMinutes(3)).until(() -> api.get(self + "/runs").json().path("data"),
                runs -> runs.path(0).path("state").asString().equals("started") && runs.path(1).path("state").asString().equals("started"));
        assertThat(api.post(self + "/backfill", "{\"from\": \"2020-13-01\"}").json().path("errors"))
                .extracting(error -> error.path("pointer").asString()).containsExactlyInAnyOrder("/from", "/to");
        api.delete(self);
    }

    @Test
    void theSampleScheduleIsThereAndSwitchedOff() {
        assertThat(api.get("/v1/schedules?limit=100").json().path("data")).anySatisfy(one -> {
            assertThat(one.path("name").asString()).isEqualTo("nightly");
            assertThat(one.path("enabled").asBoolean(true)).isFalse();
            assertThat(one.has("next_at")).isFalse();
        });
    }

    private JsonNode oldestStarted(String self) {
        JsonNode runs = api.get(self + "/runs?limit=100").json().path("data");
        for (int i = runs.size() - 1; i >= 0; i--) {
            if (runs.path(i).path("state").asString().equals("started")) {
                return runs.path(i);
            }
        }
        return runs.path(runs.size());
    }

    private Answer create(String cron, String more) {
        return api.post("/v1/schedules", "{\"name\": \"" + UUID.randomUUID() + "\", \"cron\": \"" + cron
                + "\", \"time_zone\": \"Europe/Berlin\", \"workload\": " + WORKLOAD + more + "}");
    }
}
