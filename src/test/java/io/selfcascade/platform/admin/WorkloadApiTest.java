package io.selfcascade.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.PlatformTest;
import io.selfcascade.platform.admin.ApiClient.Answer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What REST refuses, and how it says so. */
@PlatformTest
class WorkloadApiTest {

    @LocalServerPort
    private int port;

    private ApiClient api;

    @BeforeEach
    void connect() {
        api = new ApiClient(port);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"model":"scenes"}                                                       | 400 | /cascade              | missing_field
            {"model":"scenes","cascade":{"preset":"fast","target":{"width":"256","height":256}},"items":[{"prompt":"a"}]} | 400 | /cascade/target/width | wrong_type
            {"model":"scenes","cascade":{"preset":"fast","target":{"width":256,"height":256}},"items":[{"promt":"a"}]}    | 400 | /items/0/promt        | unknown_field
            {"model":"nothing","cascade":{"preset":"fast","target":{"width":256,"height":256}},"items":[{"prompt":"a"}]}  | 400 | /model                | unknown_model
            """)
    void refusesABadBodyWithAPointer(String body, int status, String pointer, String code) {
        Answer answer = api.post("/v1/workloads", body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.json().path("code").asString()).isEqualTo("invalid_request");
        assertThat(answer.json().path("retryable").asBoolean(true)).isFalse();
        assertThat(answer.json().path("errors")).anySatisfy(error -> {
            assertThat(error.path("pointer").asString()).isEqualTo(pointer);
            assertThat(error.path("code").asString()).isEqualTo(code);
            assertThat(error.path("detail").asString()).isNotBlank();
        });
    }

    @Test
    void refusesASixtyMegabyteStringWithoutReadingItWhole() {
        Answer answer = api.post("/v1/workloads", () -> new Endless(60L << 20));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.json().path("code").asString()).isEqualTo("too_large");
    }

    @Test
    void takesTheSameRequestOnce() {
        String body = """
                {"model":"scenes","cascade":{"preset":"fast","target":{"width":128,"height":128}},"priority":0,
                 "items":[{"prompt":"a large red circle on a white background","seed":"18446744073709551615"}]}""";
        String key = UUID.randomUUID().toString();

        Answer first = api.post("/v1/workloads", body, "Idempotency-Key", key);
        Answer again = api.post("/v1/workloads", body, "Idempotency-Key", key);

        assertThat(first.status()).isEqualTo(202);
        assertThat(first.header("Idempotency-Replayed")).isEqualTo("false");
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.json().path("id")).isEqualTo(first.json().path("id"));
    }

    @Test
    void refusesMoreThanATenantMayHaveAndSaysWhenToComeBack() {
        String body = """
                {"model":"scenes","tenant":"narrow","cascade":{"preset":"fast","target":{"width":128,"height":128}},"priority":0,
                 "items":[{"prompt":"a large red circle on a white background"},{"prompt":"b"},{"prompt":"c"}]}""";

        Answer refused = api.post("/v1/workloads", body);
        Answer others = api.post("/v1/workloads", body.replace("narrow", "wide"));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isEqualTo("60");
        assertThat(refused.json().path("code").asString()).isEqualTo("quota_exceeded");
        assertThat(refused.json().path("retryable").asBoolean()).isTrue();
        assertThat(refused.json().path("detail").asString()).contains(
                "Cannot accept 3 items: tenant narrow has 0 pending items in 0 open workloads and may have 2");
        assertThat(others.json().path("tenant").asString()).isEqualTo("wide");
        assertThat(api.get("/v1/workloads?tenant=wide").json().path("data")).isNotEmpty()
                .allMatch(workload -> workload.path("tenant").asString().equals("wide"));
        assertThat(api.get("/v1/workloads?tenant=narrow").json().path("data")).isEmpty();
        api.post("/v1/workloads/" + others.json().path("id").asString() + "/cancel", "");
    }

    /** 409 would be for a request that still runs; a second sender of one here waits and gets the same workload. */
    @Test
    void refusesAnotherBodyUnderAnOldKeyAsUnprocessable() {
        String body = """
                {"model":"scenes","cascade":{"preset":"fast","target":{"width":128,"height":128}},"priority":0,
                 "items":[{"prompt":"a large red circle on a white background","seed":1}]}""";
        String key = UUID.randomUUID().toString();

        Answer first = api.post("/v1/workloads", body, "Idempotency-Key", key);
        Answer other = api.post("/v1/workloads", body.replace("red", "blue"), "Idempotency-Key", key);
        Answer again = api.post("/v1/workloads", body, "Idempotency-Key", key);

        assertThat(other.status()).isEqualTo(422);
        assertThat(other.header("Content-Type")).startsWith("application/problem+json");
        assertThat(other.json().path("code").asString()).isEqualTo("key_reused");
        assertThat(other.json().path("retryable").asBoolean(true)).isFalse();
        assertThat(other.json().path("detail").asString())
                .contains(key, first.json().path("id").asString(), "send a new key");
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/workloads/0198c0de-0000-7000-8000-000000000000, 404",
        "/v1/workloads/0198c0de-0000-7000-8000-000000000000/manifest.json, 404",
        "/v1/workloads/..%2fetc, 400",
        "/v1/workloads/17, 400",
        "/v1/workloads?limit=1000, 400",
        "/v1/artifacts/999999999/content, 404",
        "/v1/artifacts/x/content, 400",
        "/v1/nothing, 404"
    })
    void refusesWhatIsNotThereAsAProblem(String path, int status) {
        Answer answer = api.get(path);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).doesNotContain("Exception").doesNotContain("at io.selfcascade");
    }

    @Test
    void listsWorkloadsNewestFirstInPages() {
        for (int i = 0; i < 3; i++) {
            api.post("/v1/workloads", """
                    {"model":"scenes","cascade":{"preset":"fast","target":{"width":128,"height":128}},"priority":0,
                     "items":[{"prompt":"a small blue star on a black background"}]}""");
        }

        Answer page = api.get("/v1/workloads?limit=2");
        Answer next = api.get("/v1/workloads?limit=2&after=" + page.json().path("last_id").asString());

        assertThat(page.json().path("data")).hasSize(2);
        assertThat(page.json().path("has_more").asBoolean()).isTrue();
        assertThat(next.json().path("first_id").asString()).isLessThan(page.json().path("last_id").asString());
    }

    @Test
    void editsAWorkloadUnlessSomebodyElseHas() {
        Answer accepted = api.post("/v1/workloads", """
                {"model":"scenes","cascade":{"preset":"fast","target":{"width":128,"height":128}},"priority":0,
                 "items":[{"prompt":"a small blue star on a black background"}]}""");
        String self = accepted.json().path("links").path("self").asString();
        String version = api.get(self).header("ETag");

        Answer edited = api.patch(self, "{\"priority\": 9, \"name\": \"urgent\"}", "If-Match", version);
        Answer late = api.patch(self, "{\"priority\": 1}", "If-Match", version);
        Answer mistaken = api.patch(self, "{\"priority\": 10, \"model\": \"other\"}");

        assertThat(edited.status()).isEqualTo(200);
        assertThat(edited.json().path("priority").asInt()).isEqualTo(9);
        assertThat(edited.json().path("name").asString()).isEqualTo("urgent");
        assertThat(edited.header("ETag")).isNotEqualTo(version);
        assertThat(late.status()).isEqualTo(412);
        assertThat(late.json().path("code").asString()).isEqualTo("version_mismatch");
        assertThat(mistaken.status()).isEqualTo(400);
        assertThat(mistaken.json().path("errors")).extracting(error -> error.path("pointer").asString())
                .containsExactlyInAnyOrder("/priority", "/model");
        assertThat(api.get(self).json().path("priority").asInt()).isEqualTo(9);
    }

    @Test
    void refusesAPictureThatIsNone() {
        Answer answer = api.upload("init_image", "x.png", "not a picture".getBytes(StandardCharsets.UTF_8));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("code").asString()).isEqualTo("invalid_image");
    }

    @Test
    void describesItself() {
        assertThat(api.get("/v3/api-docs").text())
                .contains("\"title\":\"Selfcascade\"", "/v1/workloads", "/v1/files", "/v1/artifacts/{id}/content", "/v1/workloads/{id}/manifest.json",
                        "Idempotency-Key", "422 key_reused");
    }

    /** A JSON string that goes on and on; nothing of it is kept. */
    private static final class Endless extends InputStream {

        private static final byte[] START = "{\"name\":\"".getBytes(StandardCharsets.UTF_8);
        private final long length;
        private long position;

        Endless(long length) {
            this.length = length;
        }

        @Override
        public int read() {
            if (position == length) {
                return -1;
            }
            int next = position < START.length ? START[(int) position] : 'a';
            position++;
            return next;
        }
    }
}
