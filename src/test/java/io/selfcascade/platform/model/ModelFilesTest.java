package io.selfcascade.platform.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.diffusion.checkpoint.BundledModel;
import io.selfcascade.diffusion.checkpoint.ContentHash;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFilesTest {

    private static final String VALID = """
            id: tiny
            location: /models/tiny
            sha256: "%s"
            native-size: { width: 64, height: 96 }
            vae-scale-factor: 8
            licence: Apache-2.0
            """.formatted("ab".repeat(32));

    @TempDir
    private Path folder;

    @Test
    void registersTheBundledModelByTheDigestOfItsFiles() {
        ModelRegistration scenes = ModelFiles.read(folder.resolve("missing")).require("scenes");

        String actual = ContentHash.of(BundledModel.unpack(scenes.location().substring("classpath:".length()), folder));
        assertThat(scenes.ref().sha256()).as("sha256 in config/models/scenes.yml").isEqualTo(actual);
        assertThat(scenes.nativeSize()).isEqualTo(ImageSize.square(128));
    }

    @Test
    void joinsTheFilesOfTheFolderAndPrefersThem() throws IOException {
        Files.writeString(folder.resolve("tiny.yml"), VALID);
        Files.writeString(folder.resolve("scenes.yml"), VALID.replace("id: tiny", "id: scenes"));

        ModelRegistry registry = ModelFiles.read(folder);

        assertThat(registry.ids()).containsExactly("scenes", "tiny");
        assertThat(registry.require("scenes").location()).isEqualTo("/models/tiny");
        assertThat(registry.require("tiny").nativeSize()).isEqualTo(new ImageSize(64, 96));
        assertThatThrownBy(() -> registry.require("other")).hasMessageContaining("known: scenes, tiny");
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource({
        "id: tiny,                        id: Tiny,                         lower-case",
        "id: tiny,                        id: other,                        'own name, tiny'",
        "licence: Apache-2.0,             '',                               'licence null'",
        "licence: Apache-2.0,             licenze: MIT,                     unknown keys [licenze]",
        "licence: Apache-2.0,             'licence: A\nlicence: B',         found duplicate key",
        "vae-scale-factor: 8,             vae-scale-factor: '8.5',          whole number",
        "vae-scale-factor: 8,             vae-scale-factor: 0,              whole number",
        "'width: 64, height: 96',         'width: 64',                      expected width and height",
        "'width: 64',                     'width: 63',                      multiples of",
        "abab,                            ABAB,                             64 lower-case hex",
        "location: /models/tiny,          location: [a],                    expected a folder",
    })
    void refusesAnInvalidFile(String part, String replacement, String message) {
        String yaml = VALID.replace(part, replacement == null ? "" : replacement);

        assertThatThrownBy(() -> ModelFile.read("tiny", yaml))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING))
                .hasMessageStartingWith("Invalid config/models/tiny.yml: ")
                .hasMessageContaining(message);
    }

    @Test
    void refusesWhatIsNoYamlMapAndInstantiatesNothing() {
        assertThatThrownBy(() -> ModelFile.read("tiny", "")).hasMessageContaining("no fields");
        assertThatThrownBy(() -> ModelFile.read("tiny", "- a")).hasMessageContaining("no fields");
        assertThatThrownBy(() -> ModelFile.read("tiny", "id: !!javax.script.ScriptEngineManager []"))
                .isInstanceOf(CascadeException.class);
    }
}
