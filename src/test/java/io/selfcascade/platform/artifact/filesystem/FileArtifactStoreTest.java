package io.selfcascade.platform.artifact.filesystem;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.ArtifactStoreContract;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class FileArtifactStoreTest extends ArtifactStoreContract {

    @TempDir
    private Path folder;

    @Override
    protected ArtifactStore store() {
        return new FileArtifactStore(folder.resolve("root"), 0);
    }

    @Test
    void keepsNoTemporaryFiles() throws IOException {
        ArtifactStore store = store();
        store.put("w/a", new byte[] {1});
        assertFails(ErrorCode.CONFLICT, () -> store.put("w/a", new byte[] {2}));
        assertFails(ErrorCode.STORAGE_FULL, () -> store.put("w/b", out -> {
            throw new IOException("Disk quota exceeded");
        }));

        assertThat(files()).containsExactly("a");
    }

    @Test
    void discardsDraftsOfWritersThatDiedButNoArtifact() throws IOException {
        ArtifactStore store = store();
        store.put("w/0/a", new byte[] {1});
        Path draft = Files.createFile(folder.resolve("root/w/0/.0a1b.part"));
        Path alone = Files.createFile(Files.createDirectory(folder.resolve("root/w/1")).resolve(".0a1c.part"));
        Instant written = Files.getLastModifiedTime(draft).toInstant();

        store.discardUnfinished("w/", written.minusSeconds(60));
        assertThat(draft).exists();
        store.discardUnfinished("w/", written.plusSeconds(60));

        assertThat(files()).containsExactly("a");
        assertThat(alone.getParent()).doesNotExist();
    }

    @Test
    void leavesNoEmptyFolders() {
        ArtifactStore store = store();
        store.put("w/0/1/a", new byte[] {1});

        store.delete("w/0/1/a");

        assertThat(folder.resolve("root")).isEmptyDirectory();
    }

    @Test
    void noticesAFileThatWasChangedLater() throws IOException {
        ArtifactStore store = store();
        StoredArtifact stored = store.put("w/a", "pivot".getBytes(UTF_8));

        Files.writeString(folder.resolve("root/w/a"), "pivoT");

        assertFails(ErrorCode.ARTIFACT_CORRUPT, () -> store.read("w/a", stored.sha256()));
    }

    @Test
    void followsNoLinkOutOfItsRoot() throws IOException {
        ArtifactStore store = store();
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createSymbolicLink(folder.resolve("root/door"), outside);
        Files.createSymbolicLink(folder.resolve("root/window"), outside.resolve("secret"));

        assertFails(ErrorCode.NOT_FOUND, () -> store.open("door/secret"));
        assertFails(ErrorCode.NOT_FOUND, () -> store.open("window"));
        assertFails(ErrorCode.INVALID_KEY, () -> store.put("door/new", new byte[] {1}));
        assertFails(ErrorCode.CONFLICT, () -> store.put("window", new byte[] {1}));
        store.delete("door/secret");
        assertThat(outside.resolve("secret")).hasContent("secret");
        assertThat(outside.resolve("new")).doesNotExist();
    }

    @Test
    void doesNotPutAFileBelowAFile() {
        ArtifactStore store = store();
        store.put("w/a", new byte[] {1});

        assertFails(ErrorCode.CONFLICT, () -> store.put("w/a/b", new byte[] {1}));
    }

    @Test
    void keepsTheReserveFree() {
        ArtifactStore full = new FileArtifactStore(folder, Long.MAX_VALUE);

        assertThat(full.freeBytes()).isZero();
        assertFails(ErrorCode.STORAGE_FULL, () -> full.put("w/a", new byte[] {1}));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void saysWhereAPersonFindsThem() throws IOException {
        assertThat(store().location("w/0/")).isEqualTo(folder.toRealPath().resolve("root/w/0").toString());
        assertFails(ErrorCode.INVALID_KEY, () -> store().location("../w"));
    }

    @Test
    void bindsItsDefaultsAndItsValues() {
        assertThat(bind(Map.of()))
                .isEqualTo(new ArtifactProperties(Path.of("var/artifacts"), DataSize.ofMegabytes(256)));
        assertThat(bind(Map.of("selfcascade.artifact.root", "/data", "selfcascade.artifact.reserve", "1GB")))
                .isEqualTo(new ArtifactProperties(Path.of("/data"), DataSize.ofGigabytes(1)));
    }

    private static ArtifactProperties bind(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("selfcascade.artifact", ArtifactProperties.class);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            return tree.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
        }
    }
}
