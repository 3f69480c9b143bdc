package io.selfcascade.diffusion.cascade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.EncodeStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.Tiling;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bundled model on the processor, end to end. */
class CascadeEngineTest {

    private static final Path SCENES = Path.of("src/main/resources/models/scenes");
    private static final String RED = "a large red circle on a white background";
    private static final String BLUE = "a small blue square on a black background";

    private static CascadeEngine engine;
    private static CascadeEngine strict;

    @BeforeAll
    static void load() {
        engine = CascadeEngine.load(SCENES, Device.CPU, 1);
        strict = CascadeEngine.load(SCENES, Device.CPU, 1, Determinism.STRICT);
    }

    @AfterAll
    static void close() {
        engine.close();
        strict.close();
    }

    @Test
    void knowsItsModel() {
        assertThat(engine.nativeSize()).isEqualTo(ImageSize.square(128));
        assertThat(engine.vaeScaleFactor()).isEqualTo(8);
        assertThat(engine.sha256()).isEqualTo(strict.sha256()).matches("[0-9a-f]{64}");
    }

    @Test
    void drawsTheSameBytesAfterARestart() {
        StageItem item = item(7, RED, null);
        byte[] before = pivot(engine, Stages.base(128, 4), item).toBytes();

        try (CascadeEngine restarted = CascadeEngine.load(SCENES, Device.CPU, 1)) {
            assertThat(pivot(restarted, Stages.base(128, 4), item).toBytes()).isEqualTo(before);
        }
    }

    @Test
    void drawsWhatIsAskedForBySeedAndPrompt() {
        Pivot one = pivot(engine, Stages.base(128, 4), item(7, RED, null));

        assertThat(distance(pivot(engine, Stages.base(128, 4), item(8, RED, null)), one)).isGreaterThan(0.05);
        assertThat(distance(pivot(engine, Stages.base(128, 4), item(7, BLUE, null)), one)).isGreaterThan(0.05);
    }

    @Test
    void agreesWithASingleRunInABatch() {
        DenoiseStage stage = Stages.base(128, 4);
        List<StageItem> items = List.of(item(1, RED, null), item(2, BLUE, null), item(3, RED, null));

        List<StageOutput> batch = engine.run(stage, items, CascadeObserver.NONE);
        List<StageOutput> strictBatch = strict.run(stage, items, CascadeObserver.NONE);

        for (int i = 0; i < items.size(); i++) {
            assertThat(distance(((PivotOutput) batch.get(i)).pivot(), pivot(engine, stage, items.get(i)))).isLessThan(1e-3);
            assertThat(((PivotOutput) strictBatch.get(i)).pivot().data())
                    .containsExactly(pivot(strict, stage, items.get(i)).data());
        }
    }

    @Test
    void climbsFromTheNativeSizeToAPicture() {
        DenoiseStage first = Stages.base(128, 8);
        DenoiseStage second = Stages.lifted(1, 192, 8, 600);
        Pivot base = pivot(engine, first, item(3, RED, null));
        Pivot top = pivot(engine, second, item(3, RED, base));
        RgbImage picture = picture(engine, Stages.decode(2, 192), top);

        assertThat(top.shape()).isEqualTo(new LatentShape(4, 24, 24));
        assertThat(picture.size()).isEqualTo(ImageSize.square(192));
        // The prompt's background is white: the corner must be light, and not everything the same.
        assertThat(picture.rgb()[0] & 0xff).isGreaterThan(180);
        assertThat(spread(picture)).isGreaterThan(8);
    }

    @Test
    void goesOnFromAStoredPivotAsIfItHadNeverStopped() {
        for (Rng rng : Rng.values()) {
            DenoiseStage first = Stages.base(64, 3, 0.5, rng);
            DenoiseStage second = Stages.lifted(1, 128, 3, 700, Stages.PAPER, 0.5, rng);
            Pivot base = pivot(engine, first, item(5, RED, null));
            Pivot straight = pivot(engine, second, item(5, RED, base, first));

            Pivot stored = Pivot.fromBytes(base.toBytes());
            try (CascadeEngine other = CascadeEngine.load(SCENES, Device.CPU, 1)) {
                assertThat(pivot(other, second, item(5, RED, stored, first)).data()).containsExactly(straight.data());
            }
        }
    }

    @Test
    void handsOverInPixels() {
        Pivot base = pivot(engine, Stages.base(128, 8), item(3, RED, null));
        DenoiseStage pixels = Stages.lifted(1, 192, 50, 1, Stages.PIXELS, 0, Rng.PHILOX);
        DenoiseStage latent = Stages.lifted(1, 192, 50, 1);

        Pivot throughPixels = pivot(engine, pixels, item(3, RED, base));
        Pivot throughLatent = pivot(engine, latent, item(3, RED, base));

        // Two roads to the same picture, a bicubic and a bilinear one.
        assertThat(distance(throughPixels, throughLatent)).isBetween(0.005, 0.6);
    }

    @Test
    void encodesAPictureItCanDecodeAgain() {
        byte[] rgb = new byte[3 * 128 * 128];
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % 128;
            int y = i / 3 / 128;
            boolean inside = Math.hypot(x - 64, y - 64) < 30;
            rgb[i] = (byte) (inside ? i % 3 == 0 ? 220 : 40 : 250);
        }
        RgbImage image = new RgbImage(128, 128, rgb);
        StageOutput encoded = engine.run(new EncodeStage(0, 128, 128, Dtype.F32),
                List.of(new StageItem(1, "", "", null, image)), CascadeObserver.NONE).get(0);

        RgbImage decoded = picture(engine, Stages.decode(1, 128), ((PivotOutput) encoded).pivot());

        double error = 0;
        for (int i = 0; i < rgb.length; i++) {
            double difference = (rgb[i] & 0xff) - (decoded.rgb()[i] & 0xff);
            error += difference * difference / rgb.length;
        }
        assertThat(10 * Math.log10(255 * 255 / error)).as("PSNR in dB").isGreaterThan(22);
    }

    @Test
    void decodesInTilesAlmostAsInOnePiece() {
        Pivot base = pivot(engine, Stages.base(128, 8), item(3, RED, null));
        Pivot top = pivot(engine, Stages.lifted(1, 256, 50, 1), item(3, RED, base));

        RgbImage whole = picture(engine, new DecodeStage(2, 256, 256, Dtype.F32, Tiling.NONE), top);
        RgbImage tiled = picture(engine, new DecodeStage(2, 256, 256, Dtype.F32, Tiling.TILED), top);

        double mean = 0;
        for (int i = 0; i < whole.rgb().length; i++) {
            mean += Math.abs((whole.rgb()[i] & 0xff) - (tiled.rgb()[i] & 0xff)) / (double) whole.rgb().length;
        }
        assertThat(mean).isBetween(0.01, 12.0);
    }

    @Test
    void endsAStageWhenItsObserverThrows() {
        assertThatThrownBy(() -> engine.run(Stages.base(64, 20), List.of(item(1, RED, null)), (step, steps) -> {
            if (step == 2) {
                throw new CancellationException("stop");
            }
        })).isInstanceOf(CancellationException.class);

        assertThat(pivot(engine, Stages.base(64, 1), item(1, RED, null)).height()).isEqualTo(8);
    }

    @Test
    void refusesWhatDoesNotFitTheStage() {
        Pivot small = new Pivot(new float[4 * 8 * 8], 4, 8, 8);

        refuses(Stages.decode(1, 128), item(1, RED, small), ErrorCode.SHAPE_MISMATCH);
        refuses(Stages.decode(1, 128), item(1, RED, null), ErrorCode.SHAPE_MISMATCH);
        refuses(Stages.lifted(1, 32, 5, 700), item(1, RED, small), ErrorCode.SHAPE_MISMATCH);
        refuses(Stages.lifted(1, 128, 5, 700), item(1, RED, null), ErrorCode.INVALID_STAGE);
        refuses(new EncodeStage(0, 128, 128, Dtype.F32), item(1, RED, null), ErrorCode.SHAPE_MISMATCH);
        refuses(new DecodeStage(1, 64, 64, Dtype.BF16, Tiling.AUTO), item(1, RED, small), ErrorCode.INVALID_STAGE);
        refuses(Stages.lifted(1, 128, 5, 700, Stages.PAPER, 0, Rng.TORCH_CPU), item(1, RED, small),
                ErrorCode.INVALID_STAGE);
    }

    @Test
    void keepsPivotsAsSafetensors() {
        Pivot pivot = new Pivot(new float[] {1, -2, Float.MIN_VALUE, 4, 5, 6}, 1, 2, 3);

        Pivot read = Pivot.fromBytes(pivot.toBytes());

        assertThat(read.data()).containsExactly(pivot.data());
        assertThat(read.shape()).isEqualTo(pivot.shape());
        assertThatThrownBy(() -> new Pivot(new float[5], 1, 2, 3)).hasMessageContaining("5 numbers for 1 x 2 x 3");
    }

    @Test
    void roundsPicturesAsDiffusersDoes() {
        RgbImage image = RgbImage.ofPlanes(
                new float[] {-1.5f, 1.5f, 0, -1, 1, 0.5f}, new ImageSize(2, 1));

        assertThat(image.rgb()).containsExactly(0, 128, 255, 255, 0, 191);
        assertThat(image.toPlanes()[1]).isCloseTo(1f, within(1e-6f));
    }

    private static void refuses(StageSpec stage, StageItem item, ErrorCode code) {
        assertThatThrownBy(() -> engine.run(stage, List.of(item), CascadeObserver.NONE))
                .isInstanceOf(CascadeException.class).extracting(e -> ((CascadeException) e).code()).isEqualTo(code);
    }

    private static StageItem item(long seed, String prompt, @Nullable Pivot pivot, StageSpec... earlier) {
        return new StageItem(seed, prompt, "", pivot, null, List.of(earlier));
    }

    private static Pivot pivot(CascadeEngine engine, StageSpec stage, StageItem item) {
        return ((PivotOutput) engine.run(stage, List.of(item), CascadeObserver.NONE).get(0)).pivot();
    }

    private static RgbImage picture(CascadeEngine engine, StageSpec stage, Pivot pivot) {
        return ((ImageOutput) engine.run(stage, List.of(item(1, "", pivot)), CascadeObserver.NONE).get(0)).image();
    }

    /** RMS of the difference over RMS of the second. */
    private static double distance(Pivot a, Pivot b) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < a.data().length; i++) {
            difference += Math.pow(a.data()[i] - b.data()[i], 2);
            size += Math.pow(b.data()[i], 2);
        }
        return Math.sqrt(difference / size);
    }

    private static double spread(RgbImage image) {
        double mean = 0;
        double square = 0;
        for (byte b : image.rgb()) {
            mean += (b & 0xff) / (double) image.rgb().length;
            square += Math.pow(b & 0xff, 2) / image.rgb().length;
        }
        return Math.sqrt(square - mean * mean);
    }
}
