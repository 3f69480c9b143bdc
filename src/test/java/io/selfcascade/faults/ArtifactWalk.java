package io.selfcascade.faults;

import io.selfcascade.platform.artifact.Sha256Stream;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.worker.ExpectedArtifacts;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads every artifact that a row or a manifest names: its length, its digest, and whether it is, to the byte, what the
 * deterministic stages make of the item's prompt and seed.
 */
final class ArtifactWalk {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Cluster cluster;
    private final Map<String, List<String>> expected = new HashMap<>();

    ArtifactWalk(Cluster cluster) {
        this.cluster = cluster;
    }

    Outcome walk() {
        Outcome outcome = new Outcome();
        JdbcClient jdbc = cluster.jdbc();
        Map<String, List<StageSpec>> plans = new HashMap<>();
        List<Named> all = jdbc.sql("""
                SELECT t.workload_id, t.ordinal, t.artifact_key, encode(t.artifact_sha256, 'hex') AS sha256, t.artifact_bytes, i.variant,
                       i.spec, i.seed, m.model, (SELECT count(*) FROM stage_plan p
                         WHERE p.workload_id = t.workload_id AND p.variant = i.variant AND p.stage < t.stage) AS nth
                  FROM stage_task t JOIN item i USING (workload_id, ordinal)
                  JOIN (SELECT workload_id, min(settings ->> 'model') AS model FROM stage_plan GROUP BY workload_id) m USING (workload_id)
                 WHERE t.state = 'succeeded' AND t.artifact_key IS NOT NULL
                """).query((rs, n) -> new Named(rs.getObject("workload_id", UUID.class), rs.getInt("ordinal"), rs.getString("artifact_key"),
                        rs.getString("sha256"), rs.getLong("artifact_bytes"), rs.getInt("variant"), rs.getString("spec"), rs.getLong("seed"),
                        rs.getString("model"), rs.getInt("nth"))).list();
        for (Named named : all) {
            outcome.read(cluster, named.key, named.sha256, named.bytes);
            if (!cluster.requests.isOfAnotherModel(named.workload)) {
                List<StageSpec> stages =
                        plans.computeIfAbsent(named.workload + "/" + named.variant, plan -> stages(jdbc, named.workload, named.variant));
                List<String> made = expected.computeIfAbsent(named.workload + "/" + named.ordinal + "/" + named.variant,
                        item -> digests(stages, named.model, named.spec, named.seed));
                if (!made.get(named.nth).equals(named.sha256)) {
                    outcome.lose(named.key + " is not what its prompt and seed make");
                }
            }
        }
        jdbc.sql("SELECT workload_id, results_key, errors_key, manifest_key FROM workload_run WHERE manifest_key IS NOT NULL")
                .query(rs -> {
                    documents(outcome, rs.getObject(1, UUID.class), rs.getString(2), rs.getString(3), rs.getString(4));
                });
        return outcome;
    }

    /** What the documents say of each item must be what the ledger says, once. */
    private void documents(Outcome outcome, UUID workload, String results, String errors, String manifestKey) {
        try {
            JsonNode manifest = JSON.readTree(cluster.store().read(manifestKey));
            for (String document : List.of("results", "errors")) {
                JsonNode named = manifest.get(document);
                outcome.read(cluster, named.get("path").asString(), named.get("sha256").asString(), named.get("bytes").asLong());
            }
            Map<Integer, String> completed = new HashMap<>();
            cluster.jdbc().sql("SELECT ordinal, result_key, encode(result_sha256, 'hex') FROM item WHERE workload_id = :w AND state = 'completed'")
                    .param("w", workload).query(rs -> {
                        completed.put(rs.getInt(1), rs.getString(2) + " " + rs.getString(3));
                    });
            once(outcome, workload + " manifest", list(manifest.get("items")), completed);
            once(outcome, workload + " results", lines(results), completed);
            int others = cluster.items(workload, "failed") + cluster.items(workload, "cancelled");
            Set<Integer> told = new HashSet<>();
            lines(errors).forEach(line -> told.add(line.get("ordinal").asInt()));
            if (told.size() != others || lines(errors).size() != others) {
                outcome.lose(workload + " errors: " + told.size() + " items, the ledger has " + others);
            }
        } catch (IOException | RuntimeException e) {
            outcome.lose("documents of " + workload + ": " + e);
        }
    }

    private static void once(Outcome outcome, String document, List<JsonNode> items, Map<Integer, String> completed) {
        Set<Integer> seen = new HashSet<>();
        for (JsonNode item : items) {
            if (!seen.add(item.get("ordinal").asInt())) {
                outcome.twice++;
                outcome.broken.add(document + " names item " + item.get("ordinal") + " twice");
            }
            if (!(item.get("path").asString() + " " + item.get("sha256").asString()).equals(completed.get(item.get("ordinal").asInt()))) {
                outcome.lose(document + " names " + item.get("path") + ", the ledger does not");
            }
        }
        if (seen.size() != completed.size()) {
            outcome.lose(document + " names " + seen.size() + " items, the ledger " + completed.size());
        }
    }

    private List<JsonNode> lines(String key) throws IOException {
        return new String(cluster.store().read(key), StandardCharsets.UTF_8).lines().map(JSON::readTree).toList();
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> list = new ArrayList<>();
        array.forEach(list::add);
        return list;
    }

    private static List<StageSpec> stages(JdbcClient jdbc, UUID workload, int variant) {
        return jdbc.sql("SELECT settings ->> 'stage' FROM stage_plan WHERE workload_id = :w AND variant = :v ORDER BY stage")
                .param("w", workload).param("v", variant).query(String.class).list().stream().map(MessageJson::readStage).toList();
    }

    private static List<String> digests(List<StageSpec> stages, String model, String spec, long seed) {
        JsonNode ref = JSON.readTree(model);
        JsonNode item = JSON.readTree(spec);
        return ExpectedArtifacts.of(new ModelRef(ref.get("id").asString(), ref.get("sha256").asString()), stages,
                        item.get("prompt").asString(), item.get("negative_prompt").asString(), seed)
                .stream().map(Sha256Stream::digest).toList();
    }

    /** An accepted artifact, and what its item asked for. */
    private record Named(UUID workload, int ordinal, String key, String sha256, long bytes, int variant, String spec, long seed,
            String model, int nth) {}

    /** What was found on the walk. */
    static final class Outcome {

        private final List<String> broken = new ArrayList<>();
        private long lost;
        private long twice;

        List<String> broken() {
            return broken;
        }

        long lost() {
            return lost;
        }

        long twice() {
            return twice;
        }

        void lose(String what) {
            lost++;
            broken.add(what);
        }

        private void read(Cluster cluster, String key, @Nullable String sha256, long bytes) {
            try {
                byte[] content = cluster.store().read(key);
                if (content.length != bytes || !Sha256Stream.digest(content).equals(sha256)) {
                    lose(key + " has " + content.length + " bytes of another digest; named are " + bytes);
                }
            } catch (IOException e) {
                lose(key + " cannot be read: " + e);
            }
        }
    }
}
