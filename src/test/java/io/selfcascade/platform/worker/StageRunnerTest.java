package io.selfcascade.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.platform.artifact.filesystem.FileArtifactStore;
import io.selfcascade.platform.dispatch.message.TaskDeclined;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskFailed;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.TaskMessage.Input;
import io.selfcascade.platform.dispatch.message.TaskMessage.Task;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.EncodeStage;
import io.selfcascade.spec.FailureClass;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.Retry;
import io.selfcascade.spec.StageSpec;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageRunnerTest {

    private static final StageSpec FIRST = Messages.denoise(0, 32, null);
    private static final WorkerIdentity IDENTITY = new WorkerIdentity("w", UUID.randomUUID());
    private static final Iterator<Integer> RUN_IDS = Stream.iterate(1, n -> n + 1).iterator();

    @TempDir
    private Path folder;

    private ArtifactStore store;
    private final List<TaskEvent> events = new ArrayList<>();

    @BeforeEach
    void openStore() {
        store = new FileArtifactStore(folder, 0);
    }

    @Test
    void carriesAnItemFromNoiseToAPictureThatTellsItsRecipe() throws IOException {
        FakeStageEngine engine = new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE);
        Task first = Messages.task(1, Messages.WORKLOAD, 4, "a red circle, \"quoted\" – and 🎨", null);

        Input pivot = output(run(engine, FIRST, first));
        Input grown = output(run(engine, Messages.denoise(1, 64, Messages.bilinear()), following(first, pivot)));
        TaskSucceeded done = run(engine, Messages.decode(2, 64), following(first, grown));

        byte[] png = store.read(done.artifact().key(), done.artifact().sha256());
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(picture.getWidth()).isEqualTo(64).isEqualTo(done.artifact().width());
        assertThat(texts(png)).anySatisfy(text -> assertThat(text)
                .startsWith("iTXt parameters=a red circle, \"quoted\" – and 🎨\n")
                .endsWith("\nSteps: 4, Sampler: DDIM, CFG scale: 7.5, Seed: 5, Size: 64x64, Model hash: 9f9f9f9f9f, "
                        + "Model: scenes, Cascade: \"32x32, 64x64\""));
        assertThat(texts(png)).anySatisfy(text -> assertThat(text).startsWith("iTXt selfcascade={")
                .contains("\"seed\":\"5\"", "\"kind\":\"decode\"", "\"start_timestep\":700", "\"id\":\"scenes\"")
                .doesNotContain(Messages.WORKLOAD.toString()));
    }

    @Test
    void writesParametersWhereEveryViewerLooksForThem() throws IOException {
        byte[] png = PngImage.encode(new StageValue.Picture(1, 1, new byte[3]),
                Map.of("parameters", "a caf\u00e9\nSteps: 4", "selfcascade", "{}"));

        assertThat(texts(png)).containsExactlyInAnyOrder("tEXt parameters=a caf\u00e9\nSteps: 4", "iTXt selfcascade={}");
    }

    @Test
    void storesPivotsAsSafetensors() {
        TaskSucceeded done = run(new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE), FIRST, Messages.tasks(1).get(0));

        PivotFile pivot = PivotFile.parse(store.read(done.artifact().key(), done.artifact().sha256()));

        assertThat(done.artifact().key()).matches(Messages.WORKLOAD + "/0/0/0\\.100\\.[0-9a-f]{8}\\.safetensors");
        assertThat(done.artifact().mediaType()).isEqualTo("application/vnd.safetensors");
        assertThat(pivot.latent().width()).isEqualTo(4);
        assertThat(pivot.metadata()).containsEntry("seed", "1").containsKey("stage.0").doesNotContainKey("prompt");
    }

    @Test
    void showsThePivotToWhoeverAskedForIt() throws IOException {
        Task asked = previewed(Messages.tasks(1).get(0));

        TaskSucceeded done = run(new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE), FIRST, asked);

        assertThat(done.preview().key()).startsWith(asked.outputPrefix() + "preview.").endsWith(".png");
        byte[] png = store.read(done.preview().key(), done.preview().sha256());
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(32).isEqualTo(done.preview().width());
    }

    @Test
    void leavesOutAPreviewThatCannotBeStored() {
        Task asked = previewed(Messages.tasks(1).get(0));
        Task misdirected = new Task(asked.taskId(), asked.workloadId(), asked.ordinal(), asked.attempt(), asked.seed(),
                asked.prompt(), asked.negativePrompt(), null, asked.outputPrefix(), "../" + asked.previewPrefix());

        TaskSucceeded done = run(new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE), FIRST, misdirected);

        assertThat(done.preview()).isNull();
        assertThat(store.exists(done.artifact().key())).isTrue();
    }

    private static Task previewed(Task task) {
        return new Task(task.taskId(), task.workloadId(), task.ordinal(), task.attempt(), task.seed(), task.prompt(),
                task.negativePrompt(), task.input(), task.outputPrefix(), task.outputPrefix() + "preview.");
    }

    @Test
    void startsFromAUsersPicture() {
        byte[] picture = PngImage.encode(new StageValue.Picture(48, 40, new byte[48 * 40 * 3]), Map.of());
        Input input = input(store.put("files/cat.png", picture));

        runAll(new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE), 8, Long.MAX_VALUE,
                Messages.of(new EncodeStage(0, 32, 32, Dtype.F32),
                        List.of(following(Messages.tasks(1).get(0), input))));

        assertThat(events).singleElement().isInstanceOf(TaskSucceeded.class);
    }

    @Test
    void runsAsManyAtOnceAsMicroBatchAndPixelsAllow() {
        FakeStageEngine engine = new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE);

        runAll(engine, 3, Long.MAX_VALUE, Messages.of(FIRST, Messages.tasks(7)));
        runAll(engine, 8, 32 * 32 * 2, Messages.of(FIRST, Messages.tasks(3)));

        assertThat(engine.forwards).containsExactly(3, 3, 1, 2, 1);
        assertThat(events).hasSize(10).allSatisfy(event -> assertThat(event).isInstanceOf(TaskSucceeded.class));
    }

    @Test
    void halvesABatchThatDoesNotFitAndStaysThere() {
        FakeStageEngine engine = new FakeStageEngine(Messages.MODEL, 32 * 32 * 2);

        runAll(engine, 8, Long.MAX_VALUE, Messages.of(FIRST, Messages.tasks(8)));

        assertThat(engine.forwards).containsExactly(8, 4, 2, 2, 2, 2);
        assertThat(events).hasSize(8).allSatisfy(event ->
                assertThat(((TaskSucceeded) event).microBatch()).isEqualTo(2));
    }

    @Test
    void failsAnItemThatDoesNotEvenFitAlone() {
        runAll(new FakeStageEngine(Messages.MODEL, 1), 8, Long.MAX_VALUE, Messages.of(FIRST, Messages.tasks(2)));

        assertThat(events).hasSize(2).allSatisfy(event -> {
            assertThat(((TaskFailed) event).error().code()).isEqualTo("device_out_of_memory");
            assertThat(((TaskFailed) event).error().retry()).isEqualTo(Retry.BIGGER_POOL);
            assertThat(((TaskFailed) event).microBatch()).isEqualTo(1);
        });
    }

    @Test
    void failsOnlyTheItemWhoseNumbersOverflow() {
        List<Task> tasks = new ArrayList<>(Messages.tasks(3));
        tasks.set(1, Messages.task(101, Messages.WORKLOAD, 1, FakeStageEngine.POISON, null));

        runAll(new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE), 8, Long.MAX_VALUE, Messages.of(FIRST, tasks));

        assertThat(failures()).singleElement().satisfies(failed -> {
            assertThat(failed.taskId()).isEqualTo(101);
            assertThat(failed.error().code()).isEqualTo("non_finite");
            assertThat(failed.error().failureClass()).isEqualTo(FailureClass.NUMERIC);
        });
        assertThat(events).filteredOn(TaskSucceeded.class::isInstance).hasSize(2);
    }

    /** The engine double overflows behind every pivot; a picture holds bytes, so there the engine itself has to look. */
    @ParameterizedTest
    @ValueSource(strings = {"encode", "denoise from noise", "denoise from a pivot"})
    void storesNoPivotThatHoldsNaNAfterWhicheverStage(String stage) {
        FakeStageEngine engine = new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE);
        Input start = switch (stage) {
            case "encode" -> input(store.put("files/cat.png",
                    PngImage.encode(new StageValue.Picture(48, 40, new byte[48 * 40 * 3]), Map.of())));
            case "denoise from noise" -> null;
            default -> output(run(engine, FIRST, Messages.tasks(1).get(0)));
        };
        StageSpec spec = stage.equals("encode") ? new EncodeStage(0, 32, 32, Dtype.F32)
                : start == null ? FIRST : Messages.denoise(1, 64, Messages.bilinear());
        Task poisoned = Messages.task(900, Messages.WORKLOAD, 9, FakeStageEngine.POISON, start);
        events.clear();

        runAll(engine, 8, Long.MAX_VALUE, Messages.of(spec, List.of(poisoned)));

        assertThat(failures()).singleElement().satisfies(failed -> {
            assertThat(failed.error().code()).isEqualTo("non_finite");
            assertThat(failed.error().retry()).isEqualTo(Retry.NEVER);
        });
        try (Stream<String> written = store.list(poisoned.outputPrefix())) {
            assertThat(written).isEmpty();
        }
    }

    @Test
    void failsOnlyTheItemWhoseInputIsBroken() throws IOException {
        TaskSucceeded made = run(new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE), FIRST, Messages.tasks(1).get(0));
        Input good = output(made);
        Input lost = new Input("nowhere/x.safetensors", good.sha256(), good.bytes());
        Input flipped = input(store.put("flipped.safetensors", new byte[] {1, 2, 3}));
        Files.write(folder.resolve("flipped.safetensors"), new byte[] {1, 2, 4});
        List<Task> tasks = List.of(
                Messages.task(1, Messages.WORKLOAD, 1, "x", good), Messages.task(2, Messages.WORKLOAD, 2, "x", lost),
                Messages.task(3, Messages.WORKLOAD, 3, "x", flipped));
        events.clear();

        runAll(new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE), 8, Long.MAX_VALUE,
                Messages.of(Messages.denoise(1, 64, Messages.bilinear()), tasks));

        assertThat(failures()).extracting(failed -> failed.error().code())
                .containsExactly("not_found", "artifact_corrupt");
        assertThat(events).filteredOn(TaskSucceeded.class::isInstance).hasSize(1);
    }

    @Test
    void stopsBetweenStepsWhenNobodyWantsTheResult() {
        AtomicBoolean cancelled = new AtomicBoolean();
        FakeStageEngine engine = new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE, items -> cancelled.set(true));
        Run run = new Run(Messages.of(FIRST, Messages.tasks(2)), task -> cancelled.get(), () -> false);

        runner(engine, 1, Long.MAX_VALUE).run(run, events::add);

        assertThat(engine.forwards).containsExactly(1);
        assertThat(events).hasSize(2).allSatisfy(event ->
                assertThat(((TaskDeclined) event).reason()).isEqualTo(TaskDeclined.Reason.CANCELLED));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void saysNothingMoreOnceItsLeaseIsLost() {
        Run run = new Run(Messages.of(FIRST, Messages.tasks(2)), task -> false, () -> true);

        runner(new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE), 8, Long.MAX_VALUE).run(run, events::add);

        assertThat(events).isEmpty();
    }

    @Test
    void refusesOtherWeightsThanItHas() {
        FakeStageEngine engine = new FakeStageEngine(new ModelRef("scenes", "00".repeat(32)), Long.MAX_VALUE);

        assertThat(runner(engine, 8, Long.MAX_VALUE).refusal(Messages.of(FIRST, Messages.tasks(1))))
                .isEqualTo(TaskDeclined.Reason.UNSUPPORTED);
    }

    @Test
    void refusesToBeginWhatItCouldNotStore() {
        store = new FileArtifactStore(folder, Long.MAX_VALUE);
        FakeStageEngine engine = new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE);

        assertThat(runner(engine, 8, Long.MAX_VALUE).refusal(Messages.of(FIRST, Messages.tasks(1))))
                .isEqualTo(TaskDeclined.Reason.STORAGE_FULL);
    }

    @Test
    void reportsAFullStoreForEachItem() {
        ArtifactStore full = new FileArtifactStore(folder, Long.MAX_VALUE);
        store = full;

        runAll(new FakeStageEngine(Messages.MODEL, Long.MAX_VALUE), 8, Long.MAX_VALUE,
                Messages.of(FIRST, Messages.tasks(2)));

        assertThat(failures()).extracting(failed -> failed.error().code())
                .containsExactly("storage_full", "storage_full");
    }

    private TaskSucceeded run(FakeStageEngine engine, StageSpec stage, Task task) {
        events.clear();
        runAll(engine, 8, Long.MAX_VALUE, Messages.of(stage, List.of(task)));
        assertThat(events).singleElement().isInstanceOf(TaskSucceeded.class);
        return (TaskSucceeded) events.get(0);
    }

    private void runAll(FakeStageEngine engine, int microBatch, long batchPixels, TaskMessage message) {
        runner(engine, microBatch, batchPixels).run(new Run(message, task -> false, () -> false), events::add);
    }

    private StageRunner runner(FakeStageEngine engine, int microBatch, long batchPixels) {
        return new StageRunner(IDENTITY, TestWorker.properties("w", "cpu", microBatch, batchPixels), store,
                new ResidentEngines(engine, 1), Clock.systemUTC(), () -> String.format("%08x", RUN_IDS.next()));
    }

    private List<TaskFailed> failures() {
        return events.stream().filter(TaskFailed.class::isInstance).map(TaskFailed.class::cast).toList();
    }

    private static Task following(Task task, Input input) {
        return Messages.task(task.taskId(), task.workloadId(), task.ordinal(), task.prompt(), input);
    }

    private static Input output(TaskSucceeded done) {
        return new Input(done.artifact().key(), done.artifact().sha256(), done.artifact().bytes());
    }

    private static Input input(StoredArtifact stored) {
        return new Input(stored.key(), stored.sha256(), stored.bytes());
    }

    /** Text chunks as the JDK's own reader sees them: kind keyword=text. */
    private static List<String> texts(byte[] png) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(png))) {
            reader.setInput(in);
            var tree = (IIOMetadataNode) reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
            List<String> texts = new ArrayList<>();
            for (String kind : List.of("tEXtEntry", "iTXtEntry")) {
                var entries = tree.getElementsByTagName(kind);
                for (int i = 0; i < entries.getLength(); i++) {
                    var entry = (IIOMetadataNode) entries.item(i);
                    texts.add(kind.substring(0, 4) + " " + entry.getAttribute("keyword") + "="
                            + entry.getAttribute(kind.equals("tEXtEntry") ? "value" : "text"));
                }
            }
            return texts;
        } finally {
            reader.dispose();
        }
    }
}
