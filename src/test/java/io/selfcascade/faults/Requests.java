package io.selfcascade.faults;

import io.selfcascade.platform.admin.ApiClient.Answer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a user sends, who tries again under the same key until there is an answer, and who remembers what was accepted. */
final class Requests {

    private static final String[] COLOURS = {"red", "green", "blue", "yellow"};

    private final Cluster cluster;
    private final Map<UUID, Integer> accepted = new LinkedHashMap<>();

    private final Set<UUID> ofAnotherModel = new HashSet<>();

    Requests(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Workloads that must be there, and their items. */
    Map<UUID, Integer> accepted() {
        return accepted;
    }

    UUID submit(int items) {
        return submit(items, body(prompts(items), 256, ""));
    }

    UUID submit(int items, String body) {
        return submit(items, body, "faults-" + UUID.randomUUID());
    }

    UUID submit(int items, String body, String key) {
        Answer[] last = new Answer[1];
        Patience.until("a coordinator accepts", () -> {
            last[0] = cluster.api().post("/v1/workloads", body, "Idempotency-Key", key);
            return last[0].status() < 500;
        });
        if (last[0].status() != 202) {
            throw new AssertionError("Refused: " + last[0].text());
        }
        UUID workload = UUID.fromString(last[0].json().get("id").asString());
        accepted.put(workload, items);
        return workload;
    }

    /** Accepted by another road. */
    void expect(UUID workload, int items) {
        accepted.put(workload, items);
    }

    /** Its pictures are of a model whose bytes nobody foretells. */
    void isMadeByAnotherModel(UUID workload) {
        ofAnotherModel.add(workload);
    }

    boolean isOfAnotherModel(UUID workload) {
        return ofAnotherModel.contains(workload);
    }

    Answer post(UUID workload, String verb) {
        return post(workload, verb, "");
    }

    Answer post(UUID workload, String verb, String body) {
        return cluster.api().post("/v1/workloads/" + workload + "/" + verb, body);
    }

    /** @param more members of the request, each with a comma before it */
    static String body(String items, int side, String more) {
        return "{\"model\":\"scenes\",\"cascade\":{\"preset\":\"fast\",\"target\":{\"width\":%d,\"height\":%d}},\"items\":[%s]%s}"
                .formatted(side, side, items, more);
    }

    static String prompts(int count) {
        return IntStream.range(0, count).mapToObj(i -> item("a " + COLOURS[i % 4] + " circle " + i)).collect(Collectors.joining(","));
    }

    static String item(String prompt) {
        return "{\"prompt\":\"" + prompt + "\"}";
    }
}
