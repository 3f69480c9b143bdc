package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.filesystem.FileArtifactStore;
import io.selfcascade.platform.dispatch.EndedRunFixture;
import io.selfcascade.platform.intake.Uuid7;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphanCollectorTest {

    private static final Instant NOW = Instant.parse("2026-11-25T03:00:00Z");
    private static final byte[] BYTES = {1};

    @TempDir
    private Path folder;

    @Test
    void deletesOldFoldersOfWorkloadsThatNeverCameToBe() {
        ArtifactStore store = new FileArtifactStore(folder, 0);
        EndedRunFixture ended = new EndedRunFixture(store);
        UUID orphan = madeBefore(Duration.ofHours(25));
        UUID young = madeBefore(Duration.ofHours(23));
        UUID known = madeBefore(Duration.ofHours(25));
        ended.execute("INSERT INTO workload (id, source, request_key, request_sha256, model, cascade, items_key, created_at) "
                + "VALUES ('" + known + "', 'rest', 'k', '\\x00', 'scenes', '{}', 'items', now())");
        for (UUID workload : new UUID[] {orphan, young, known}) {
            store.put(workload + "/items.jsonl", BYTES);
        }
        store.put("uploads/" + orphan + ".png", BYTES);

        new OrphanCollector(ended.artifacts(), store, InstantSource.fixed(NOW)).collect();

        assertThat(store.top()).containsExactlyInAnyOrder(young.toString(), known.toString(), "uploads");
    }

    @Test
    void leavesAFolderThatOnceWasAWorkloadToWhoeverKnowsIt() {
        ArtifactStore store = new FileArtifactStore(folder, 0);
        EndedRunFixture ended = new EndedRunFixture(store);
        UUID ofAnotherLedger = madeBefore(Duration.ofDays(30));
        store.put(ofAnotherLedger + "/items.jsonl", BYTES);
        store.put(ofAnotherLedger + "/0/0/2.7.0a1b2c3d.png", BYTES);

        new OrphanCollector(ended.artifacts(), store, InstantSource.fixed(NOW)).collect();

        assertThat(store.list(ofAnotherLedger + "/")).hasSize(2);
    }

    @Test
    void deletesDraftsOfUploadsWhoseProcessDied() throws IOException {
        ArtifactStore store = new FileArtifactStore(folder, 0);
        EndedRunFixture ended = new EndedRunFixture(store);
        Path dead = draft("uploads/.dead.part", Duration.ofHours(25));
        Path beingWritten = draft("uploads/.young.part", Duration.ofHours(23));
        Path deadImport = draft("imports/.dead.part", Duration.ofHours(25));

        new OrphanCollector(ended.artifacts(), store, InstantSource.fixed(NOW)).collect();

        assertThat(dead).doesNotExist();
        assertThat(deadImport).doesNotExist();
        assertThat(beingWritten).exists();
    }

    private Path draft(String name, Duration age) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.setLastModifiedTime(Files.write(file, BYTES), FileTime.from(NOW.minus(age)));
    }

    private static UUID madeBefore(Duration age) {
        return new Uuid7(InstantSource.fixed(NOW.minus(age)), new Random(age.toHours())).next();
    }
}
