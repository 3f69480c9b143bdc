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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        assertThat(SelfcascadeCli.isCommand("smaple")).isTrue();
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
                new PrintWriter(table), new PrintWriter(System.err), "evaluate", "--model", MODEL,
                "--captions", "2", "--counter");

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

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            smaple --prompt x                     | Did you mean: selfcascade sample
            sample --prompt x                     | Missing required option: '--out=FILE'
            sample --prompt x --out x.jpg         | ends in .png
            sample --prompt x --out pom.xml/x.png | is none
            sample --prompt x --out x.png --seed -1     | expected a whole number from 0 to 18446744073709551615
            sample --prompt x --out x.png --width 1.5   | expected a whole number from 1
            sample --prompt x --out x.png --threads 0   | expected a whole number from 1
            sample --prompt x --out x.png --model none  | expected a folder that exists
            sample --prompt x --out x.png --kernel cube | expected one of [BILINEAR, BICUBIC]
            evaluate --runs native,direct3        | Invalid run: direct3
            evaluate --captions 0                 | expected a whole number from 1
            train                                 | Missing required
            train cats --out x                    | expected one of [scenes]
            train scenes --out x --init none      | expected a folder that exists
            train scenes --out x --steps 0        | Invalid training
            compare --lines 1                     | Missing required options: '--items=FILE', '--out=FILE'
            """)
    void saysWhatIsWrongWithArgumentsBeforeAnyWork(String arguments, String reason) {
        StringWriter err = new StringWriter();

        int code = SelfcascadeCli.run(new PrintWriter(new StringWriter()), new PrintWriter(err), arguments.split(" +"));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains(reason).doesNotContain("Usage:", "Exception");
    }
}
