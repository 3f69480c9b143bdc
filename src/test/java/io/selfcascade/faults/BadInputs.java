package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.admin.ApiClient;
import io.selfcascade.platform.admin.ApiClient.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** What strangers send over HTTP, against coordinators with small heaps. */
final class BadInputs {

    private static final String GOOD = Requests.body(Requests.prompts(1), 256, "");

    private BadInputs() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(4, "malformed and ambiguous JSON", BadInputs::json),
                new Scenario(5, "lines of all kinds in a file of items", BadInputs::jsonLines),
                new Scenario(6, "models, presets and sizes that are not", BadInputs::unknown),
                new Scenario(10, "picture bombs", BadInputs::bombs),
                new Scenario(11, "names that leave their folder", BadInputs::traversal),
                new Scenario(12, "prompts of all kinds", BadInputs::prompts),
                new Scenario(13, "seeds at the ends of 64 bits", BadInputs::seeds),
                new Scenario(40, "300 connections that say nothing, or a byte at a time", BadInputs::slowloris),
                new Scenario(44, "actuator, consoles and crooked paths", BadInputs::routes),
                new Scenario(45, "line feeds and escapes on their way to the log", BadInputs::logInjection),
                new Scenario(48, "the password of the database is nowhere to be seen", BadInputs::secrets));
    }

    private static void json(Cluster cluster) {
        List<String> bad = List.of("", "[]", "null", "1", "{bad", GOOD + "x", GOOD.replace("256", "\"256\""), GOOD.replace("256", "256.5"),
                GOOD.replace("256", "NaN"), GOOD.replace("256", "1e999"), GOOD.replace("256", "-0"), GOOD.replace("256", "99999999999999999999"),
                GOOD.replace("{\"model\"", "{\"setps\":3,\"model\""), GOOD.replace("{\"model\"", "{\"model\":\"x\",\"model\""),
                "[".repeat(5_000), "{\"a\":".repeat(5_000), GOOD.replace("\"scenes\"", "[\"scenes\"]"), "\ufeff{}", GOOD.replace(":\"a red", ":\"a \\ud800 red"),
                GOOD.replace(":\"a red", ":\"a \\u0000 red"), "'" + GOOD, GOOD.replace(",\"items\"", ",,\"items\""), "/* */" + GOOD);
        bad.forEach(body -> refused(cluster, body, 400));
        refused(cluster, "{\"name\":\"" + "x".repeat(3 << 20) + "\"}", 413);
        for (String type : List.of("text/plain", "application/xml", "application/x-www-form-urlencoded")) {
            assertThat(send(cluster, HttpRequest.newBuilder(uri(cluster, "/v1/workloads")).header("Content-Type", type)
                    .POST(HttpRequest.BodyPublishers.ofString(GOOD)).build()).statusCode()).isEqualTo(415);
        }
    }

    private static void refused(Cluster cluster, String body, int status) {
        Answer answer = cluster.api().post("/v1/workloads", body);
        String shown = body.substring(0, Math.min(80, body.length()));
        assertThat(answer.status()).as(shown + " → " + answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).as(shown).startsWith("application/problem+json");
        assertThat(answer.text()).as(shown).contains("\"code\"").doesNotContain("Exception");
    }

    /** Good lines run, bad ones are failed items with a reason, and together they are the total. */
    private static void jsonLines(Cluster cluster) {
        List<String> lines = List.of(Requests.item("a"), "", "   ", "no JSON", "{\"prompt\":5}", "{\"prompt\":\"x\",\"custom_id\":\"same\"}",
                "{\"prompt\":\"y\",\"custom_id\":\"same\"}", "{\"prompt\":\"" + "z".repeat(70_000) + "\"}", "{\"prompt\":\"z\",\"seed\":\"-2\"}",
                Requests.item("b\\u0000"), "[".repeat(3_000), Requests.item("last"));
        String text = "\ufeff" + String.join("\r\n", lines);
        Answer file = cluster.api().upload("items", "../../x.jsonl", Wire.bytes(text));
        assertThat(file.status()).isEqualTo(201);
        UUID workload = cluster.requests.submit(10, ofFile(file));
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(3);
        assertThat(cluster.items(workload, "failed")).isEqualTo(7);
        assertThat(cluster.api().upload("items", "x.jsonl", new byte[] {0x1f, (byte) 0x8b, 8, 0}).status()).isEqualTo(400);
        byte[] tenMegabytes = new byte[10 << 20];
        Arrays.fill(tenMegabytes, (byte) '{');
        Answer tooLong = cluster.api().upload("items", "long.jsonl", tenMegabytes);
        assertThat(tooLong.status()).isEqualTo(201);
        UUID longLine = cluster.requests.submit(1, ofFile(tooLong));
        cluster.awaitState(longLine, "completed");
        assertThat(cluster.items(longLine, "failed")).isOne();
    }

    private static String ofFile(Answer file) {
        return "{\"model\":\"scenes\",\"cascade\":{\"preset\":\"fast\",\"target\":{\"width\":256,\"height\":256}},\"items_file\":\"%s\"}"
                .formatted(file.json().get("id").asString());
    }

    private static void unknown(Cluster cluster) {
        int before = workloads(cluster);
        for (String body : List.of(GOOD.replace("scenes", "scene"), GOOD.replace("fast", "fastt"), Requests.body(Requests.prompts(1), 250, ""),
                Requests.body(Requests.prompts(1), 1, ""), Requests.body(Requests.prompts(1), 65_536, ""), Requests.body(Requests.prompts(1), 65_537, ""),
                Requests.body(Requests.prompts(1), 256, ",\"priority\":10"), Requests.body(Requests.prompts(1), 256, ",\"deadline\":\"yesterday\""),
                GOOD.replace("\"preset\":\"fast\"", "\"preset\":\"fast\",\"scheduler\":\"eulr\""), Requests.body("", 256, ""))) {
            Answer answer = cluster.api().post("/v1/workloads", body);
            assertThat(answer.status()).as(body + " → " + answer.text()).isIn(400, 422);
            assertThat(answer.json().path("errors").isEmpty()).as(answer.text()).isFalse();
        }
        assertThat(workloads(cluster)).as("workloads made by refused requests").isEqualTo(before);
    }

    private static int workloads(Cluster cluster) {
        return cluster.jdbc().sql("SELECT count(*) FROM workload").query(Integer.class).single();
    }

    private static void bombs(Cluster cluster) throws IOException {
        for (int side : List.of(30_000, 65_535, Integer.MAX_VALUE)) {
            Answer answer = cluster.api().upload("init_image", "bomb.png", png(side, 1_000_000));
            assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        }
        // Within the limits by its header, but not a picture behind it: only its own item fails.
        Answer lie = cluster.api().upload("init_image", "lie.png", png(64, 10));
        assertThat(lie.status()).isIn(201, 422);
        if (lie.status() == 201) {
            UUID workload = cluster.requests.submit(2, Requests.body(
                    "{\"init_image\":\"%s\"},{\"prompt\":\"whole\"}".formatted(lie.json().get("id").asString()), 256, ""));
            cluster.awaitState(workload, "completed");
            assertThat(cluster.items(workload, "completed")).isEqualTo(1);
        }
        for (byte[] head : List.of(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0}, new byte[] {'P', 'K', 3, 4}, Wire.bytes("<svg onload='x'/>"),
                Wire.bytes("GIF89a"), new byte[] {0})) {
            assertThat(cluster.api().upload("init_image", "x.png", head).status()).isBetween(400, 499);
        }
    }

    /** A picture that says it is so large, and zeros in place of its rows. */
    private static byte[] png(int side, int bytes) throws IOException {
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(rows)) {
            deflater.write(new byte[bytes]);
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        chunk(png, "IHDR", ByteBuffer.allocate(13).putInt(side).putInt(side).put(new byte[] {8, 2, 0, 0, 0}).array());
        chunk(png, "IDAT", rows.toByteArray());
        chunk(png, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
        CRC32 check = new CRC32();
        check.update(Wire.bytes(type));
        check.update(data);
        png.writeBytes(ByteBuffer.allocate(12 + data.length).putInt(data.length).put(Wire.bytes(type)).put(data).putInt((int) check.getValue()).array());
    }

    private static void traversal(Cluster cluster) throws IOException {
        List<String> names = List.of("../x", "..", ".", "/etc/passwd", "a/../../x", "a\\\\..\\\\x", "%2e%2e%2fx", "..%2fx", "a%00b", "\\u0000", "CON ", "a:b",
                "\\u202egnp.exe", " x", "x ", "x\\ny", "~root", "$(id)", "`id`", "x".repeat(300), "file:///etc/passwd", "\\uff0e\\uff0e/x", "a/b", "-rf", ".hidden");
        for (String name : names) {
            refused(cluster, GOOD.replace("{\"prompt\"", "{\"custom_id\":\"" + name + "\",\"prompt\""), 400);
            Answer file = cluster.api().post("/v1/workloads", "{\"model\":\"scenes\",\"cascade\":{\"preset\":\"fast\",\"target\":{\"width\":256,\"height\":256}},"
                    + "\"items_file\":\"" + name + "\"}");
            assertThat(file.status()).as(name + " → " + file.text()).isBetween(400, 422);
            Answer picture = cluster.api().post("/v1/workloads", GOOD.replace("{\"prompt\"", "{\"init_image\":\"" + name + "\",\"prompt\""));
            if (picture.status() == 202) {
                UUID workload = UUID.fromString(picture.json().get("id").asString());
                cluster.requests.expect(workload, 1);
                cluster.awaitState(workload, "completed");
                assertThat(cluster.items(workload, "failed")).as(name).isOne();
            } else {
                assertThat(picture.status()).as(name + " → " + picture.text()).isBetween(400, 422);
            }
        }
        for (String path : List.of("/v1/artifacts/..%2f..%2fetc%2fpasswd/content", "/v1/artifacts/1%2f..%2f2/content", "/v1/workloads/..%2f..%2fx/manifest.json",
                "/v1/artifacts/%00/content", "/v1/artifacts/99999999999999999999/content", "/v1/artifacts/-1/content")) {
            assertThat(cluster.api().get(path).status()).as(path).isBetween(400, 404);
        }
        for (String name : List.of("../../../x.jsonl", "/etc/cron.d/x", "x\"; filename=\"y", "\0")) {
            Answer upload = cluster.api().upload("items", name.replace("\"", "%22").replace("\0", "%00"), Wire.bytes(Requests.item("x")));
            assertThat(upload.status()).isIn(201, 400);
        }
        try (var files = Files.walk(cluster.folder)) {
            assertThat(files.filter(file -> file.getFileName().toString().matches("x|x\\.jsonl|passwd"))).isEmpty();
        }
    }

    private static void prompts(Cluster cluster) {
        refused(cluster, GOOD.replace("a red circle 0", "x".repeat(32_001)), 400);
        List<String> kept = List.of("x".repeat(32_000), "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "👩‍👩‍👧‍👦 family", "\u202eright to left", "'; DROP TABLE item; --",
                "${jndi:ldap://127.0.0.1:1/a}", "<script>alert(1)</script>", "two\\nlines", "tab\\tbell\\u0007", "Steps: 1, Seed: 2, Size: 3x3", "{{7*7}}", "%s%n%d");
        String items = kept.stream().map(Requests::item).collect(Collectors.joining(","));
        UUID workload = cluster.requests.submit(kept.size(), Requests.body(items, 128, ""));
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(kept.size());
        List<String> stored = cluster.jdbc().sql("SELECT spec ->> 'prompt' FROM item WHERE workload_id = :w ORDER BY ordinal").param("w", workload).query(String.class).list();
        for (int i = 0; i < kept.size(); i++) {
            assertThat(stored.get(i)).isEqualTo(kept.get(i).replace("\\n", "\n").replace("\\t", "\t").replace("\\u0007", "\u0007"));
        }
        assertThat(cluster.api().get("/v1/workloads/" + workload + "/results.jsonl").text().lines()).hasSize(kept.size());
    }

    private static void seeds(Cluster cluster) {
        List<String> seeds = List.of("\"18446744073709551615\"", "\"9007199254740993\"", "0", "\"0\"", "9007199254740991");
        String items = seeds.stream().map(seed -> "{\"prompt\":\"a\",\"seed\":" + seed + "}").collect(Collectors.joining(","));
        UUID workload = cluster.requests.submit(seeds.size(), Requests.body(items, 128, ""));
        cluster.awaitState(workload, "completed");
        List<String> told = cluster.api().get("/v1/workloads/" + workload + "/results.jsonl").text().lines()
                .map(line -> line.replaceAll(".*\"seed\":\"(\\d+)\".*", "$1")).toList();
        assertThat(told).containsExactly("18446744073709551615", "9007199254740993", "0", "0", "9007199254740991");
        for (String seed : List.of("\"18446744073709551616\"", "1.5", "\"x\"", "\"\"", "[]", "\"0x10\"")) {
            refused(cluster, GOOD.replace("{\"prompt\"", "{\"seed\":" + seed + ",\"prompt\""), 400);
        }
    }

    private static void slowloris(Cluster cluster) throws Exception {
        cluster.awaitAllUp();
        int port = cluster.coordinators.get(0).port();
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket("127.0.0.1", port);
                sockets.add(socket);
                String begin = i % 3 == 0 ? "" : i % 3 == 1 ? "GET /v1/workloads HTTP/1.1\r\nHost: x\r\nX-A: "
                        : "POST /v1/workloads HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{";
                socket.getOutputStream().write(Wire.bytes(begin));
            }
            ApiClient api = new ApiClient(port);
            for (int i = 0; i < 12; i++) {
                for (Socket socket : sockets) {
                    drip(socket);
                }
                long start = System.nanoTime();
                assertThat(api.get("/v1/workloads").status()).isEqualTo(200);
                assertThat((System.nanoTime() - start) / 1e9).as("seconds somebody else waits").isLessThan(5);
                Patience.hold(Duration.ofSeconds(1));
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        UUID workload = cluster.requests.submit(4);
        cluster.awaitState(workload, "completed");
    }

    private static void drip(Socket socket) {
        try {
            socket.getOutputStream().write('x');
        } catch (IOException closedByTheServer) {
            // As it should be, sooner or later.
        }
    }

    private static void routes(Cluster cluster) {
        for (String path : List.of("/actuator/env", "/actuator/heapdump", "/actuator/beans", "/actuator/configprops", "/actuator/loggers", "/actuator/threaddump",
                "/actuator/shutdown", "/actuator/mappings", "/actuator/flyway", "/actuator/../actuator/env", "//actuator/env", "/actuator;x/env", "/actuator/env;x",
                "/actuator%2fenv", "/actuator/env/", "/ACTUATOR/env", "/h2-console", "/console", "/cloudfoundryapplication", "/jolokia", "/WEB-INF/web.xml",
                "/.env", "/v1/../actuator/env", "/v1/workloads/..;/actuator/env", "/application.yml", "/%2e%2e/%2e%2e/etc/passwd")) {
            HttpResponse<String> answer = send(cluster, HttpRequest.newBuilder(uri(cluster, path)).header("X-Forwarded-For", "127.0.0.1")
                    .header("X-HTTP-Method-Override", "DELETE").GET().build());
            assertThat(answer.statusCode()).as(path).isBetween(400, 599).isNotEqualTo(500);
            assertThat(answer.body()).as(path).doesNotContain("Exception", "root:", "spring.datasource");
        }
        for (String method : List.of("TRACE", "PUT", "DELETE", "OPTIONS", "FOO")) {
            int status = send(cluster, HttpRequest.newBuilder(uri(cluster, "/v1/workloads")).method(method, HttpRequest.BodyPublishers.noBody()).build()).statusCode();
            assertThat(status).as(method).isIn(200, 400, 403, 404, 405, 415, 501);
        }
        assertThat(cluster.api().get("/actuator/health").text()).doesNotContain("components", "jdbc");
    }

    private static void logInjection(Cluster cluster) throws Exception {
        String forged = "12:00:00.000 INFO forged line";
        String evil = "x\r\n" + forged + "\u001b[2J\u2028" + forged;
        String id = "evil\n" + forged + UUID.randomUUID();
        try (Wire wire = new Wire(cluster)) {
            wire.send(Cluster.TOPICS.workloads(), "x", Wire.bytes(GOOD), "ce_source", evil, "ce_id", id);
            wire.send(Cluster.TOPICS.workloads(), "x", Wire.bytes("no"), "ce_source", evil, "ce_id", "y" + evil);
            wire.send(Cluster.TOPICS.taskEvents(), evil, Wire.bytes("{\"type\":\"" + forged + "\"}"), "ce_type", evil);
            wire.send(Cluster.TOPICS.workers(), evil, Wire.bytes("{\"worker_id\":\"a\\n" + forged + "\"}"));
        }
        for (String body : List.of(GOOD.replace("scenes", "a\\n" + forged), GOOD.replace("\"model\"", "\"name\":\"a\\r\\n" + forged + "\",\"model\""))) {
            Answer answer = cluster.api().post("/v1/workloads", body, "Idempotency-Key", "k");
            if (answer.status() == 202) {
                cluster.requests.expect(UUID.fromString(answer.json().get("id").asString()), 1);
            }
        }
        cluster.api().get("/v1/workloads/%0d%0a" + forged.replace(" ", "%20"));
        cluster.api().get("/v1/workers/%0d%0a" + forged.replace(" ", "%20"));
        UUID another = cluster.requests.submit(1);
        cluster.awaitState(another, "completed");
        cluster.jdbc().sql("SELECT id FROM workload WHERE request_key = :id").param("id", id).query(UUID.class).list()
                .forEach(workload -> cluster.requests.expect(workload, 1));
        for (Node node : cluster.nodes().toList()) {
            String log = Files.readString(node.log());
            assertThat(log.lines().filter(line -> line.startsWith("12:00:00.000")).toList()).as("forged lines in " + node.log()).isEmpty();
            assertThat(log.chars().anyMatch(c -> c == 0x1b || c == 0x2028)).as("escapes in " + node.log()).isFalse();
        }
    }

    private static void secrets(Cluster cluster) throws IOException {
        String canary = cluster.database.password();
        UUID workload = cluster.requests.submit(2);
        cluster.awaitState(workload, "completed");
        List<String> seen = new ArrayList<>();
        for (String path : List.of("/v3/api-docs", "/actuator/health", "/actuator", "/v1/workloads", "/v1/models", "/v1/workers", "/v1/workloads/" + workload,
                "/v1/workloads/" + workload + "/manifest.json", "/v1/workloads/" + workload + "/items", "/nothing")) {
            seen.add(cluster.api().get(path).text());
        }
        assertThat(seen).noneMatch(text -> text.contains(canary));
        try (var files = Files.walk(cluster.folder)) {
            for (Path file : files.filter(Files::isRegularFile).filter(file -> !file.startsWith(cluster.folder.resolve("postgres-binaries"))
                    && !file.getFileName().toString().equals("postgres.password")).toList()) {
                assertThat(new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1).contains(canary)).as(file.toString()).isFalse();
            }
        }
    }

    private static URI uri(Cluster cluster, String path) {
        return URI.create("http://127.0.0.1:" + cluster.coordinators.stream().filter(Node::listens).findFirst().orElseThrow().port() + path);
    }

    private static HttpResponse<String> send(Cluster cluster, HttpRequest request) {
        try {
            return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
