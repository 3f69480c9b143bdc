package io.selfcascade.platform.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to the platform as a stranger would: over HTTP. */
public final class ApiClient {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;

    public ApiClient(int port) {
        this.base = "http://127.0.0.1:" + port;
    }

    /** @param headers name, value, name, value, … */
    public Answer post(String path, String body, String... headers) {
        return send(request(path, headers).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    /** @param headers name, value, name, value, … */
    public Answer patch(String path, String body, String... headers) {
        return send(request(path, headers).header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString(body)));
    }

    /** Posts a body of unknown length that exists only while it is sent. */
    public Answer post(String path, Supplier<InputStream> body) {
        return send(request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofInputStream(body)));
    }

    /** Uploads a file as a browser's form would. */
    public Answer upload(String purpose, String name, byte[] content) {
        String boundary = "boundary-7d1f";
        byte[] head = ("--" + boundary + "\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\n" + purpose
                + "\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                + "\"\r\nContent-Type: application/octet-stream\r\n\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8);
        BodyPublisher form = BodyPublishers.ofByteArrays(java.util.List.of(head, content, tail));
        return send(request("/v1/files").header("Content-Type", "multipart/form-data; boundary=" + boundary).POST(form));
    }

    /** @param headers name, value, name, value, … */
    public Answer get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    public Answer delete(String path) {
        return send(request(path).DELETE());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(http.send(request.build(), BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** What came back. */
    public record Answer(HttpResponse<byte[]> response) {

        public int status() {
            return response.statusCode();
        }

        public byte[] bytes() {
            return response.body();
        }

        public String text() {
            return new String(response.body(), StandardCharsets.UTF_8);
        }

        public JsonNode json() {
            return JSON.readTree(response.body());
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }
}
