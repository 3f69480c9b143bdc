package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.filesystem.FileArtifactStore;
import io.selfcascade.platform.dispatch.EndedRun;
import io.selfcascade.platform.dispatch.EndedRunFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCollectorTest {

    private static final byte[] BYTES = {1};

    @TempDir
    private Path folder;

    private ArtifactStore store;
    private EndedRunFixture ended;
    private ArtifactCollector collector;

    @BeforeEach
    void open() {
        store = new FileArtifactStore(folder, 0);
        ended = new EndedRunFixture(store);
        collector = new ArtifactCollector(ended.artifacts(), store, InstantSource.system());
    }

    @Test
    void deletesWhatLostAndKeepsWhatRowsName() {
        UUID workload = ended.completed(2, "all");
        List<String> named = ended.named(workload);
        store.put(workload + "/0/1/1.999.deadbeef.safetensors", BYTES);
        store.put(workload + "/items.jsonl", BYTES);

        collector.collect();

        assertThat(named).hasSize(6);
        assertThat(keys(workload)).containsExactlyInAnyOrderElementsOf(
                Stream.concat(named.stream(), Stream.of(workload + "/items.jsonl")).toList());
    }

    @Test
    void keepsTheDeepestPivotOfEveryItemIfAskedForTheLast() {
        UUID completed = ended.completed(2, "last");
        collector.collect();
        UUID failed = ended.failedAtTheSecondStage(2, "last");
        collector.collect();

        assertThat(stages(completed)).containsExactly("0/0/1", "0/0/2", "0/1/1", "0/1/2");
        assertThat(stages(failed)).containsExactly("0/0/0", "0/1/0");
        assertThat(keys(completed)).containsExactlyInAnyOrderElementsOf(ended.named(completed));
    }

    @Test
    void keepsPicturesAloneIfNoPivotIsWanted() {
        UUID completed = ended.completed(2, "none");
        collector.collect();
        UUID failed = ended.failedAtTheSecondStage(1, "none");
        collector.collect();

        assertThat(stages(completed)).containsExactly("0/0/2", "0/1/2");
        assertThat(keys(completed)).containsExactlyInAnyOrderElementsOf(ended.named(completed));
        assertThat(keys(failed)).isEmpty();
    }

    /** A promotion begins there. */
    @Test
    void keepsThePivotsOfDraftsWithTheirPicturesIfAskedForTheLast() {
        UUID last = ended.drafted(1, "last");
        collector.collect();
        UUID none = ended.drafted(1, "none");
        collector.collect();

        assertThat(stages(last)).containsExactly("0/0/0", "0/0/3");
        assertThat(stages(none)).containsExactly("0/0/3");
    }

    @Test
    void deletesDocumentsOfFormerOwners() {
        UUID workload = ended.completed(1, "all");
        store.put(workload + "/results.g1.e1.jsonl", BYTES);
        store.put(workload + "/results.g1.e2.jsonl", BYTES);
        ended.execute("UPDATE workload_run SET results_key = '" + workload + "/results.g1.e2.jsonl'");

        collector.collect();

        assertThat(keys(workload)).contains(workload + "/results.g1.e2.jsonl")
                .doesNotContain(workload + "/results.g1.e1.jsonl");
    }

    @Test
    void looksAgainADayLaterForWhatALostWorkerStillWrote() {
        UUID workload = ended.completed(1, "all");
        collector.collect();
        String late = workload + "/0/0/0.998.deadbeef.safetensors";
        store.put(late, BYTES);

        ended.tick(Duration.ofHours(23));
        collector.collect();
        assertThat(store.exists(late)).isTrue();
        ended.tick(Duration.ofHours(2));
        collector.collect();

        assertThat(store.exists(late)).isFalse();
        ended.tick(Duration.ofDays(30));
        assertThat(ended.artifacts().due()).isEmpty();
    }

    @Test
    void touchesNothingOnceTheNextGenerationHasBegun() {
        UUID workload = ended.completed(1, "none");
        EndedRun due = ended.artifacts().due().orElseThrow();
        ended.beginNextGeneration(workload);
        String written = workload + "/0/0/1.1000.deadbeef.safetensors";
        store.put(written, BYTES);

        due.folders().forEach(items -> {
            assertThat(ended.artifacts().forgetPivots(due, items)).isFalse();
            assertThat(ended.artifacts().collect(due, items, named -> store.delete(written))).isFalse();
        });

        assertThat(ended.named(workload)).hasSize(3);
        assertThat(store.exists(written)).isTrue();
    }

    @Test
    void givesADueRunToOneSearcherUntilItsLeaseEnds() {
        ended.completed(1, "all");
        assertThat(ended.artifacts().due()).isPresent();

        assertThat(ended.artifacts().due()).isEmpty();
        ended.tick(Duration.ofMinutes(11));
        assertThat(ended.artifacts().due()).isPresent();
    }

    private List<String> keys(UUID workload) {
        try (Stream<String> keys = store.list(workload + "/")) {
            return keys.toList();
        }
    }

    /** What is named, as folder, item and stage. */
    private List<String> stages(UUID workload) {
        return ended.named(workload).stream()
                .map(key -> key.substring(37, key.indexOf('.')))
                .toList();
    }
}
