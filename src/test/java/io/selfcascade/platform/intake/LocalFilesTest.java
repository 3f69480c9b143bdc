package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.CascadeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalFilesTest {

    @TempDir
    private Path folder;

    private Path root;
    private LocalFiles files;

    @BeforeEach
    void fill() throws IOException {
        root = Files.createDirectories(folder.resolve("uploads"));
        Files.createDirectories(root.resolve("deep"));
        Files.writeString(root.resolve("deep/items.jsonl"), "{}");
        Files.writeString(folder.resolve("secret"), "s");
        Files.createSymbolicLink(root.resolve("link"), folder.resolve("secret"));
        Files.createSymbolicLink(root.resolve("way"), folder);
        Files.createDirectory(folder.resolve("uploads-of-others"));
        Files.writeString(folder.resolve("uploads-of-others/x"), "x");
        files = new LocalFiles(List.of(root));
    }

    @Test
    void findsFilesBelowItsFolders() {
        assertThat(files.resolve(root + "/deep/items.jsonl", "/items_file")).hasContent("{}");
    }

    @Test
    void findsFilesWhenTheFolderItselfIsALink() throws IOException {
        Path alias = Files.createSymbolicLink(folder.resolve("alias"), root);

        assertThat(new LocalFiles(List.of(alias)).resolve(alias + "/deep/items.jsonl", "/items_file")).hasContent("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "%s/../secret", "%s/deep/../../secret", "%s/./deep/items.jsonl", "%s/link", "%s/way/secret", "%s/deep", "%s",
        "%s/missing", "%s-of-others/x", "/etc/passwd", "etc/passwd", "", ".", "..", "%s\\deep", "%s/%%2e%%2e/secret",
        "%s/\u0000", "file:%s/deep/items.jsonl", "~/x",
    })
    void refusesEveryOtherPath(String path) {
        assertThatThrownBy(() -> files.resolve(path.formatted(root), "/items_file")).isInstanceOf(CascadeException.class)
                .hasMessageContaining("/items_file: ");
    }

    @Test
    void allowsNothingWithoutFolders() {
        assertThatThrownBy(() -> new LocalFiles(List.of()).resolve(root + "/deep/items.jsonl", "/items_file"))
                .hasMessageContaining("expected an id from POST /v1/files");
    }
}
