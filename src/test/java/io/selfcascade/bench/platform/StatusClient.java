package io.selfcascade.bench.platform;

import io.selfcascade.platform.admin.ApiClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** Submits workloads of no work and asks how far they are, as a user does. */
final class StatusClient {

    private final ApiClient api;

    StatusClient(int port) {
        this.api = new ApiClient(port);
    }

    static boolean isUp(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return new ApiClient(port).get("/actuator/health").status() == 200;
        } catch (IOException | RuntimeException notYet) {
            return false;
        }
    }

    /** Uploads a file of items, which is not measured. @return its id */
    String upload(int items) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < items; i++) {
            lines.append("{\"custom_id\":\"i").append(i).append("\",\"prompt\":\"a red circle and a blue square\",\"seed\":").append(i).append("}\n");
        }
        return api.upload("items", "items.jsonl", lines.toString().getBytes(StandardCharsets.UTF_8)).json().get("id").asString();
    }

    /** @return the workload's id */
    String submit(String file, int microBatch) {
        ApiClient.Answer answer = api.post("/v1/workloads", """
                { "model": "scenes", "cascade": { "preset": "fast", "target": { "width": 128, "height": 128 },
                  "stages": [ { "micro_batch": %d } ] }, "keep_pivots": "all", "items_file": "%s" }
                """.formatted(microBatch, file));
        if (answer.status() != 202) {
            throw new AssertionError("Cannot submit: " + answer.text());
        }
        return answer.json().get("id").asString();
    }

    JsonNode status(String workload) {
        return api.get("/v1/workloads/" + workload).json();
    }

    /** A page of items, as a list on a screen asks for it. @param after ordinal behind which it begins */
    JsonNode items(String workload, int after) {
        return api.get("/v1/workloads/" + workload + "/items?limit=100&after=" + after).json();
    }

    /** Waits until every item has its line in the results; asks the more rarely the more there are. */
    void awaitCompleted(String workload, int items) {
        int pauseMillis = 50 + items / 1_000;
        JsonNode now = status(workload);
        while (!now.get("state").asString().equals("completed")) {
            if (now.get("state").asString().matches("failed|cancelled|expired")) {
                throw new AssertionError("Ended: " + now);
            }
            Clocked.pause(pauseMillis);
            now = status(workload);
        }
        if (now.get("counts").get("completed").asInt() != items) {
            throw new AssertionError("Incomplete: " + now);
        }
    }
}
