package io.selfcascade.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.cascade.CascadeObserver;
import io.selfcascade.diffusion.cascade.ImageOutput;
import io.selfcascade.diffusion.cascade.Pivot;
import io.selfcascade.diffusion.cascade.PivotOutput;
import io.selfcascade.diffusion.cascade.RgbImage;
import io.selfcascade.diffusion.cascade.StageItem;
import io.selfcascade.diffusion.cascade.StageOutput;
import io.selfcascade.platform.intake.Determinism;
import io.selfcascade.platform.intake.IntakeLimits;
import io.selfcascade.platform.intake.WorkloadRequestReader;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.plan.PlanSettings;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.platform.plan.WorkloadPlanner;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model of 64 x 64 pixels, compared at 128 x 128. */
class CompareCommandTest {

    private static final Path MODEL = Path.of("src/test/resources/parity/tiny-eps");
    private static final int NATIVE = 64;
    private static final int SIDE = 128;
    private static final int GAP = 6;
    private static final int WHITE = 0xFFFFFFFF;

    @TempDir
    private static Path folder;

    private static Path items;
    private static BufferedImage firstLine;

    @BeforeAll
    static void compareTheFirstLine() throws IOException {
        items = Files.writeString(folder.resolve("items.jsonl"), """
                {"custom_id": "a", "prompt": "a red circle", "seed": "18446744073709551615"}

                {"prompt": "a blue star", "negative_prompt": "a square"}
                {"prompt": "a green circle", "init_image": "file_1"}
                {"promt": "a typing error"}
                """);
        firstLine = compare("first.png", "--lines", "1", "--width", "128");
    }

    @Test
    void putsEachLineInARowWithWhiteGapsBetween() throws IOException {
        BufferedImage sheet = compare("sheet.png", "--lines", "2", "--width", "128", "--height", "64", "--tile", "64");

        assertThat(sheet.getWidth()).isEqualTo(3 * 64 + 2 * GAP);
        assertThat(sheet.getHeight()).isEqualTo(2 * 32 + GAP);
        for (int i = 0; i < GAP; i++) {
            for (int y = 0; y < sheet.getHeight(); y++) {
                assertThat(sheet.getRGB(64 + i, y)).isEqualTo(WHITE);
                assertThat(sheet.getRGB(2 * 64 + GAP + i, y)).isEqualTo(WHITE);
            }
            for (int x = 0; x < sheet.getWidth(); x++) {
                assertThat(sheet.getRGB(x, 32 + i)).isEqualTo(WHITE);
            }
        }
    }

    @Test
    void repeatsThePixelsOfNativeSizeInsteadOfSmoothingThem() {
        BufferedImage nativeTile = firstLine.getSubimage(0, 0, SIDE, SIDE);

        int factor = SIDE / NATIVE;
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                assertThat(nativeTile.getRGB(x, y))
                        .isEqualTo(nativeTile.getRGB(x / factor * factor, y / factor * factor));
            }
        }
    }

    @Test
    void showsWhatTheFastPresetOfThePlatformMakesOfTheseSeeds() {
        String preset = "\"preset\":\"fast\",\"target\":{\"width\":128,\"height\":128}";
        assertThat(tile(firstLine, 2)).isEqualTo(pixels(platform(preset)));
        assertThat(tile(firstLine, 1)).isEqualTo(
                pixels(platform(preset + ",\"stages\":[{\"width\":128,\"height\":128}]")));
        assertThat(tile(firstLine, 1)).isNotEqualTo(tile(firstLine, 2));
    }

    @Test
    void drawsTheSameSheetAgain() throws IOException {
        compare("again.png", "--lines", "1", "--width", "128");

        assertThat(folder.resolve("again.png")).hasSameBinaryContentAs(folder.resolve("first.png"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --lines 3  --width 128            | Line 4 starts from a picture
            --lines 0  --width 128            | expected a whole number from 1
            --lines 1  --width 132            | 132 is no multiple of 8 (closest: 128 or 136)
            --lines 1  --width 64             | choose a larger target
            --lines 1  --width 128 --tile 256 | expected at most the target's width, 128
            --items none.jsonl --width 128    | Cannot read items of none.jsonl
            --items pom.xml --width 128       | Line 1
            """)
    void refusesWhatCannotBeCompared(String arguments, String reason) {
        StringWriter err = new StringWriter();
        List<String> all = new ArrayList<>(List.of("compare", "--model", MODEL.toString(), "--out",
                folder.resolve("no.png").toString()));
        all.addAll(Arrays.asList(arguments.split(" +")));
        if (!all.contains("--items")) {
            all.addAll(List.of("--items", items.toString()));
        }

        int code = SelfcascadeCli.run(
                new PrintWriter(new StringWriter()), new PrintWriter(err), all.toArray(String[]::new));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains(reason);
        assertThat(folder.resolve("no.png")).doesNotExist();
    }

    private static BufferedImage compare(String name, String... arguments) throws IOException {
        Path png = folder.resolve(name);
        List<String> all = new ArrayList<>(List.of(
                "compare", "--model", MODEL.toString(), "--items", items.toString(), "--out", png.toString()));
        all.addAll(List.of(arguments));
        assertThat(SelfcascadeCli.run(all.toArray(String[]::new))).isZero();
        return ImageIO.read(png.toFile());
    }

    /** The first item's picture on the platform's road: the body read, planned and run stage by stage. */
    private static RgbImage platform(String cascade) {
        String body = "{\"model\":\"tiny\",\"cascade\":{" + cascade + "},\"items\":[{\"prompt\":\"a red circle\"}]}";
        try (CascadeEngine engine = CascadeEngine.load(MODEL, Device.CPU, 1)) {
            ModelRegistration model = new ModelRegistration(new ModelRef("tiny", engine.sha256()), MODEL.toString(),
                    ImageSize.square(NATIVE), 8, "Apache-2.0");
            List<PlannedStage> plan = new WorkloadPlanner(PlanSettings.DEFAULT).plan(
                    new WorkloadRequestReader(IntakeLimits.DEFAULT).read(body.getBytes(UTF_8)).cascade(),
                    Determinism.STANDARD, model).fromPrompt();
            Pivot pivot = null;
            RgbImage picture = null;
            for (PlannedStage stage : plan) {
                StageItem item = new StageItem(-1, "a red circle", "", pivot, null);
                StageOutput output = engine.run(stage.spec(), List.of(item), CascadeObserver.NONE).get(0);
                pivot = output instanceof PivotOutput made ? made.pivot() : null;
                picture = output instanceof ImageOutput made ? made.image() : null;
            }
            return picture;
        }
    }

    private static int[] tile(BufferedImage sheet, int column) {
        return sheet.getRGB(column * (SIDE + GAP), 0, SIDE, SIDE, null, 0, SIDE);
    }

    private static int[] pixels(RgbImage picture) {
        int[] pixels = new int[picture.width() * picture.height()];
        for (int i = 0; i < 3 * pixels.length; i++) {
            pixels[i / 3] = pixels[i / 3] << 8 | picture.rgb()[i] & 0xff;
        }
        return Arrays.stream(pixels).map(rgb -> rgb | 0xFF000000).toArray();
    }
}
