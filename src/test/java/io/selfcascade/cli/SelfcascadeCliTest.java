package io.selfcascade.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfcascadeCliTest {

    private static final String MODEL = "src/main/resources/models/scenes";

    @TempDir
    private Path folder;

    @Test
    void tellsCommandsFromArgumentsOfTheServer() {
        assertThat(SelfcascadeCli.isCommand("train", "scenes")).isTrue();
        assertThat(SelfcascadeCli.isCommand("--help")).isTrue();
        assertThat(SelfcascadeCli.isCommand("--selfcascade.role=worker")).isFalse();
        assertThat(SelfcascadeCli.isCommand()).isFalse();
    }

    @Test
    void drawsAPromptByACascade() throws IOException {
        Path png = folder.resolve("x.png");

        int code = SelfcascadeCli.run("sample", "--model", MODEL, "--prompt", "a red circle on a white background",
                "--width", "192", "--height", "128", "--steps", "4", "--out", png.toString());

        assertThat(code).isZero();
        BufferedImage image = ImageIO.read(png.toFile());
        assertThat(image.getWidth()).isEqualTo(192);
        assertThat(image.getHeight()).isEqualTo(128);
    }

    @Test
    void evaluatesRunsAndWritesTheirSheets() {
        int code = SelfcascadeCli.run("evaluate", "--model", MODEL, "--captions", "2", "--steps", "2",
                "--runs", "native,upsample2,direct2,cascade2", "--sheets", folder.toString());

        assertThat(code).isZero();
        assertThat(folder.resolve("native.png")).exists();
        assertThat(folder.resolve("cascade-2-side.png")).exists();
    }

    @Test
    void measuresTheCounterOnRendersAndReconstructions() {
        StringWriter table = new StringWriter();

        int code = SelfcascadeCli.run(
                new PrintWriter(table), "evaluate", "--model", MODEL, "--captions", "2", "--counter");

        assertThat(code).isZero();
        assertThat(table.toString()).contains("| true render 128 px | 2 | 100.0 ", "| true render 512 px | 2 | 100.0 ",
                "| reconstruction 256 px | 2 |");
    }

    @Test
    void endsWithOneAfterAFailureAndWithTwoForWrongArguments() throws IOException {
        Files.createDirectories(folder.resolve("training"));

        assertThat(SelfcascadeCli.run("train", "scenes", "--out", folder.toString())).isEqualTo(1);
        assertThat(SelfcascadeCli.run("train", "cats", "--out", folder.toString())).isEqualTo(2);
        assertThat(SelfcascadeCli.run("sample")).isEqualTo(2);
    }
}
