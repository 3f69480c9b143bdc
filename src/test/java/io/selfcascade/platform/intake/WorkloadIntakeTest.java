package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

@IntakeTest
class WorkloadIntakeTest {

    @Autowired
    private WorkloadIntake intake;

    @Autowired
    private Workloads workloads;

    @Autowired
    private UploadedFiles uploadedFiles;

    @Autowired
    private FileUploads uploads;

    @Autowired
    private ArtifactStore store;

    @Autowired
    private Uuid7 ids;

    @Autowired
    private IntakeTest.Ledger ledger;

    @Autowired
    private Path folder;

    @Test
    void keepsTheRequestAndItsItems() throws IOException {
        WorkloadRequest request = request("{\"preset\":\"fast\",\"target\":{\"width\":512,\"height\":256}}", """
                "items":[{"custom_id":"a","prompt":"a red circle","seed":"18446744073709551615"},{"prompt":"b"}],
                "name":"posters","priority":7,"seed":"9223372036854775808","previews":true,"determinism":"strict",
                "deadline":"2026-12-01T00:00:00Z","keep_pivots":"none\"""");

        UUID id = intake.submit(request, identity("keeps")).workloadId();

        Workload workload = workloads.findById(id).orElseThrow();
        assertThat(id.version()).isEqualTo(7);
        assertThat(workload.name()).isEqualTo("posters");
        assertThat(workload.priority()).isEqualTo(7);
        assertThat(workload.seed()).isEqualTo(Long.MIN_VALUE);
        assertThat(workload.previews()).isTrue();
        assertThat(workload.determinism()).isEqualTo(Determinism.STRICT);
        assertThat(workload.keepPivots()).isEqualTo(KeepPivots.NONE);
        assertThat(workload.createdAt()).isEqualTo(IntakeTest.NOW);
        assertThat(workload.version()).isZero();
        assertThat(workload.cascadeJson().replace(" ", "")).contains("\"preset\":\"fast\"", "\"width\":512");
        assertThat(items(workload)).containsExactly(
                new AcceptedItem(0, 1, "a", "a red circle", "", -1L, null),
                new AcceptedItem(1, 2, null, "b", "", NoiseSeeds.derive(Long.MIN_VALUE, 1), null));
    }

    @Test
    void tellsDispatchWhatToPlanInsideTheTransaction() {
        UUID id = intake.submit(simple("tells"), identity("tells")).workloadId();

        WorkloadAccepted event = ledger.accepted.stream().filter(e -> e.workloadId().equals(id)).findAny().orElseThrow();
        assertThat(event.model().ref().id()).isEqualTo("scenes");
        assertThat(event.cascade().target()).isEqualTo(ImageSize.square(256));
        assertThat(event.priority()).isEqualTo(5);
    }

    @Test
    void acceptsARepeatedRequestOnce() {
        Submission first = intake.submit(simple("repeat"), identity("repeat"));
        Submission second = intake.submit(simple("repeat"), identity("repeat"));

        assertThat(first.replayed()).isFalse();
        assertThat(second).isEqualTo(new Submission(first.workloadId(), true));
        assertThat(intake.submit(of("other", simple("repeat")), identity("repeat")).workloadId())
                .isNotEqualTo(first.workloadId());
    }

    @Test
    void refusesAnotherRequestUnderAnOldKey() {
        Submission first = intake.submit(simple("first"), identity("reused"));

        assertThatThrownBy(() -> intake.submit(simple("changed"), identity("reused")))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KEY_REUSED))
                .hasMessageContainingAll("reused", first.workloadId().toString(), "send a new key");
        assertThat(intake.submit(simple("first"), identity("reused"))).isEqualTo(new Submission(first.workloadId(), true));
    }

    @Test
    void acceptsARequestOnceFromManySendersAtATime() throws Exception {
        int senders = 8;
        CyclicBarrier start = new CyclicBarrier(senders);
        ExecutorService threads = Executors.newFixedThreadPool(senders);
        Callable<Submission> send = () -> {
            start.await();
            return intake.submit(simple("race"), identity("race"));
        };

        List<Submission> submissions = new ArrayList<>();
        for (Future<Submission> sent : threads.invokeAll(Collections.nCopies(senders, send))) {
            submissions.add(sent.get());
        }
        threads.shutdown();

        assertThat(submissions).extracting(Submission::workloadId).containsOnly(submissions.get(0).workloadId());
        assertThat(submissions).filteredOn(submission -> !submission.replayed()).hasSize(1);
        assertThat(stored()).filteredOn(key -> key.endsWith("items.jsonl")).allMatch(key ->
                workloads.findById(UUID.fromString(key.substring(0, key.indexOf('/')))).isPresent());
    }

    @Test
    void leavesNothingBehindWhenDispatchRefuses() throws IOException {
        List<String> before = stored();
        ledger.refusal = InvalidRequestException.of(
                ErrorCode.INVALID_SIZE, "/cascade/target/width", Violation.Kind.INVALID_VALUE, "500");
        try {
            assertThatThrownBy(() -> intake.submit(simple("refused"), identity("refused")))
                    .isInstanceOf(InvalidRequestException.class);
        } finally {
            ledger.refusal = null;
        }

        assertThat(workloads.findByTenantAndSourceAndRequestKey("default", "test", "refused")).isEmpty();
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void namesTheModelsThereAre() {
        WorkloadRequest request = new WorkloadRequest(null, "default", "sdxl", CascadeRequest.of(Preset.FAST, ImageSize.square(64)),
                List.of(), null, 5, false, null, null, null, Determinism.STANDARD, null, null);

        InvalidRequestException refusal =
                catchThrowableOfType(InvalidRequestException.class, () -> intake.submit(request, identity("model")));

        assertThat(refusal.violations().get(0).pointer()).isEqualTo("/model");
        assertThat(refusal.violations().get(0).detail()).contains("known: scenes");
    }

    @Test
    void takesItemsFromAnUploadedFile() throws IOException {
        UploadedFile file = upload(FilePurpose.ITEMS, "{\"prompt\":\"a\"}\n\nnonsense\n".getBytes(StandardCharsets.UTF_8));

        UUID id = intake.submit(fromFile(file.reference()), identity("uploaded")).workloadId();

        assertThat(items(workloads.findById(id).orElseThrow()))
                .extracting(item -> item.getClass().getSimpleName()).containsExactly("AcceptedItem", "RefusedItem");
        assertThat(file.stored().bytes()).isEqualTo(25);
        assertThat(file.mediaType()).isEqualTo("application/jsonl");
    }

    @Test
    void keepsOnlyTheLastPivotsOfALargeWorkload() throws IOException {
        byte[] lines = "{\"prompt\":\"a\"}\n".repeat(10_001).getBytes(StandardCharsets.UTF_8);

        UUID id = intake.submit(fromFile(upload(FilePurpose.ITEMS, lines).reference()), identity("large")).workloadId();

        assertThat(workloads.findById(id).orElseThrow().keepPivots()).isEqualTo(KeepPivots.LAST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file_", "file_7", "file_01900000-0000-7000-8000-000000000000", "file_../x"})
    void refusesAFileThatIsNotThere(String reference) {
        assertThatThrownBy(() -> intake.submit(fromFile(reference), identity("missing")))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND))
                .hasMessageContaining("/items_file");
    }

    @Test
    void refusesFilesOfOtherPurposes() throws IOException {
        UploadedFile items = upload(FilePurpose.ITEMS, "{}".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> uploads.resolve(items.reference(), FilePurpose.INIT_IMAGE, "/init_image"))
                .hasMessageContaining("was uploaded as items");
    }

    @Test
    void copiesALocalFileUnderItsDigest() throws IOException {
        Path local = Files.createDirectories(folder.resolve("local")).resolve("items.jsonl");
        Files.writeString(local, "{\"prompt\":\"a\"}\n");

        StoredArtifact first = uploads.resolve(local.toString(), FilePurpose.ITEMS, "/items_file");
        Files.writeString(local, "{\"prompt\":\"b\"}\n");
        StoredArtifact second = uploads.resolve(local.toString(), FilePurpose.ITEMS, "/items_file");

        assertThat(first.key()).isEqualTo("imports/" + first.sha256() + ".jsonl").isNotEqualTo(second.key());
        assertThat(new String(store.read(first.key(), first.sha256()), StandardCharsets.UTF_8)).contains("\"a\"");
    }

    @Test
    void checksAPictureByItsHeaderBeforeAnythingDecodesIt() throws IOException {
        assertThat(upload(FilePurpose.INIT_IMAGE, picture("png", 40, 30)).mediaType()).isEqualTo("image/png");
        assertThat(upload(FilePurpose.INIT_IMAGE, picture("jpg", 40, 30)).mediaType()).isEqualTo("image/jpeg");
        assertThat(FileFacts.of(picture("jpg", 40, 30))).isEqualTo(new FileFacts("image/jpeg", "jpg", 40, 30));

        byte[] bomb = picture("png", 1, 1);
        bomb[16] = bomb[20] = 0;
        bomb[18] = bomb[22] = (byte) 0x75;
        assertThatThrownBy(() -> upload(FilePurpose.INIT_IMAGE, bomb))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_IMAGE))
                .hasMessageContaining("at most 67108864");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GIF89a", "<svg/>", "", "\u001f\u008b", "%PDF", "plain text"})
    void refusesContentThatDoesNotFitThePurpose(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> upload(FilePurpose.INIT_IMAGE, bytes)).hasMessageContaining("Not a PNG or JPEG");
        assertThatThrownBy(() -> upload(FilePurpose.ITEMS, bytes)).hasMessageContaining("Not JSON lines");
    }

    @Test
    void stopsAnUploadAtItsLimitAndKeepsNothing() throws IOException {
        List<String> before = stored();
        FileUploads small = new FileUploads(uploadedFiles, store, new LocalFiles(List.of()),
                new IntakeLimits(1, 1, 1, 1, 3 << 20, 1), ids, () -> IntakeTest.NOW);

        assertThatThrownBy(() -> small.store("default", FilePurpose.ITEMS, "big", endless()))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
        assertThat(stored()).isEqualTo(before);
    }

    private static WorkloadRequest simple(String prompt) {
        return request("{\"target\":{\"width\":256,\"height\":256}}", "\"items\":[{\"prompt\":\"" + prompt + "\"}]");
    }

    private static WorkloadRequest fromFile(String reference) {
        return request("{\"target\":{\"width\":256,\"height\":256}}", "\"items_file\":\"" + reference + "\"");
    }

    private static WorkloadRequest request(String cascade, String rest) {
        String body = "{\"model\":\"scenes\",\"cascade\":" + cascade + "," + rest + "}";
        return new WorkloadRequestReader(IntakeLimits.DEFAULT).read(body.getBytes(StandardCharsets.UTF_8));
    }

    private static WorkloadRequest of(String tenant, WorkloadRequest request) {
        return new WorkloadRequestReader(IntakeLimits.DEFAULT).read(
                new String(RequestJson.write(request), StandardCharsets.UTF_8).replaceFirst("\\{", "{\"tenant\":\"" + tenant + "\",")
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static RequestIdentity identity(String key) {
        return new RequestIdentity("test", key);
    }

    private UploadedFile upload(FilePurpose purpose, byte[] content) throws IOException {
        return uploads.store("default", purpose, "a\u0000b.jsonl", new ByteArrayInputStream(content));
    }

    private List<ParsedItem> items(Workload workload) throws IOException {
        List<ParsedItem> items = new ArrayList<>();
        try (ItemLines lines = new ItemLines(store.open(workload.itemsKey()), IntakeLimits.DEFAULT)) {
            for (RawItem raw = lines.next(); raw != null; raw = lines.next()) {
                items.add(new ItemParser(IntakeLimits.DEFAULT).parse(workload.seed(), raw));
            }
        }
        return items;
    }

    private List<String> stored() throws IOException {
        Path root = folder.resolve("store");
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).map(file -> root.relativize(file).toString()).sorted().toList();
        }
    }

    private static byte[] picture(String format, int width, int height) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), format, out);
        return out.toByteArray();
    }

    private static InputStream endless() {
        return new InputStream() {
            @Override
            public int read() {
                return '{';
            }
        };
    }
}
