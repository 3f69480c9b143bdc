package io.selfcascade.platform.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.selfcascade.SelfcascadeApplication;
import io.selfcascade.platform.dispatch.ClaimedRun;
import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.ItemSpec;
import io.selfcascade.platform.dispatch.LedgerItem;
import io.selfcascade.platform.dispatch.NewItem;
import io.selfcascade.platform.dispatch.Partitioning;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.dispatch.TaskState;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.intake.FilePurpose;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.report.ItemStageView;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import tools.jackson.databind.JsonNode;

/** The whole road of a workload, from its request to its manifest, with everything real but the model. */
@SpringBootTest(classes = SelfcascadeApplication.class, properties = {
    "selfcascade.role=coordinator", "selfcascade.report.progress=false", "selfcascade.sample.enabled=false",
    "selfcascade.batch.claim-interval=100ms",
    "selfcascade.batch.keep-interval=200ms", "selfcascade.batch.poll-interval=100ms"
})
@ContextConfiguration(initializers = SharedInfrastructure.Initializer.class)
@DirtiesContext
class CascadeRoadTest extends CascadeRoad {

    @Test
    void carriesTwoWorkloadsToTheirManifestsAndBatchesThemTogether() throws IOException {
        UUID one = submit(items(3));
        UUID two = submit(items(3));
        await().until(() -> jdbc.sql("SELECT count(*) FROM stage_task WHERE workload_id IN (:one, :two)")
                .param("one", one).param("two", two).query(Integer.class).single() == 6);

        work(items -> {});

        awaitState(one, RunState.COMPLETED);
        awaitState(two, RunState.COMPLETED);
        assertThat(engine.forwards.get(0)).isEqualTo(6);
        assertThat(engine.forwards).hasSizeLessThan(2 * 3 * 3 / 2);
        for (UUID workload : List.of(one, two)) {
            assertThat(completedItems(manifest(workload))).isEqualTo(3);
        }
        assertThat(jdbc.sql("SELECT DISTINCT status FROM batch_step_execution").query(String.class).list())
                .containsExactly("COMPLETED");
    }

    @Test
    void failsARefusedLineAndAPoisonedItemAlone() throws IOException {
        String lines = """
                {"custom_id": "good", "prompt": "a red circle"}
                {"custom_id": "bad", "promt": "a typing error"}
                {"custom_id": "poison", "prompt": "poison", "seed": 7}
                {"custom_id": "also-good", "prompt": "a blue square", "seed": "18446744073709551615"}
                {"custom_id": "from-picture", "prompt": "a green circle", "init_image": "%s"}
                {"custom_id": "no-picture", "prompt": "a green circle", "init_image": "file_none"}
                """.formatted(upload(FilePurpose.INIT_IMAGE, PngImage.encode(
                        new StageValue.Picture(200, 100, new byte[200 * 100 * 3]), Map.of())));
        UUID workload = submit("\"items_file\": \"" + upload(FilePurpose.ITEMS, lines.getBytes(UTF_8)) + "\"");

        work(items -> {});

        awaitState(workload, RunState.COMPLETED);
        JsonNode manifest = manifest(workload);
        assertThat(completedItems(manifest)).isEqualTo(3);
        assertThat(manifest.at("/counts/failed").intValue()).isEqualTo(3);
        assertThat(manifest.at("/items/1/seed").stringValue()).isEqualTo("18446744073709551615");
        Map<String, String> errors = lines(runs.get(workload).errorsKey()).stream().collect(Collectors.toMap(
                line -> line.get("custom_id").stringValue(), line -> line.at("/error/code").stringValue()));
        assertThat(errors).isEqualTo(
                Map.of("bad", "invalid_request", "poison", "non_finite", "no-picture", "not_found"));
        assertThat(lines(runs.get(workload).resultsKey())).extracting(line -> line.get("custom_id").stringValue())
                .containsExactly("good", "also-good", "from-picture");
    }

    @Test
    void endsEarlyOnceMoreItemsFailedThanItsRatioAllows() throws IOException {
        UUID workload = submit("\"max_failure_ratio\": 0.2, \"items\": " + IntStream.range(0, 10)
                .mapToObj(i -> "{\"prompt\": \"" + (i < 3 ? "poison" : "a red circle") + "\"}").toList());
        Semaphore forwards = new Semaphore(1);

        work(items -> forwards.acquireUninterruptibly());

        awaitState(workload, RunState.FAILED);
        assertThat(runs.get(workload).errorCode()).isEqualTo("too_many_failures");
        assertThat(runs.get(workload).errorDetail()).startsWith("3 of 10 items have failed, generation 1 allows 2 (max_failure_ratio 0.2;");
        assertThat(manifest(workload).at("/counts").toString())
                .isEqualTo("{\"total\":10,\"completed\":0,\"failed\":3,\"cancelled\":7}");
        assertThat(lines(runs.get(workload).errorsKey())).extracting(line -> line.at("/error/code").stringValue())
                .containsExactlyElementsOf(Stream.concat(
                        Stream.generate(() -> "non_finite").limit(3), Stream.generate(() -> "too_many_failures").limit(7)).toList());
        forwards.release(1_000);
    }

    /** Too many lines are no items; the first conductor dies between the decision and the end, before or after the cancellation. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsEarlyAlthoughItsConductorDiesOverIt(boolean cancelled) throws IOException {
        conductor.stop();
        String lines = "{\"prompt\": \"a red circle\"}\n{\"promt\": \"a typing error\"}\n";
        UUID workload = submit("\"max_failure_ratio\": 0.49, \"items_file\": \""
                + upload(FilePurpose.ITEMS, lines.getBytes(UTF_8)) + "\"");
        ClaimedRun dying = runs.claim("dying").orElseThrow();
        items.insertItems(workload, List.of(
                NewItem.accepted(0, null, 7, new ItemSpec("a red circle", "", null)),
                NewItem.refused(1, null, ErrorCode.INVALID_REQUEST, "line 2: unknown field")));
        Partitioning partitioning = Partitioning.of(2);
        runs.settleTotal(dying, partitioning);
        runs.advance(dying, RunState.IN_PROGRESS);
        items.openPartition(dying, partitioning, 0);
        if (cancelled) {
            items.cancelWorkload(dying, ErrorCode.TOO_MANY_FAILURES);
        }
        runs.release(dying);

        conductor.start();

        awaitState(workload, RunState.FAILED);
        assertThat(runs.get(workload).errorDetail()).startsWith("1 of 2 items have failed, generation 1 allows 0");
        assertThat(manifest(workload).at("/counts").toString())
                .isEqualTo("{\"total\":2,\"completed\":0,\"failed\":1,\"cancelled\":1}");
    }

    @Test
    void saysOfAFailedAttemptWhyAndWhenTheNextBegins() {
        UUID workload = submit(items(1));
        AtomicInteger failures = new AtomicInteger(1);
        work(started -> {
            if (failures.getAndDecrement() > 0) {
                throw new CascadeException(ErrorCode.INTERNAL, "Cannot run batch: the driver hung up");
            }
        });

        List<ItemStageView> waiting = await().until(() -> stages.of(workload, 0),
                views -> views.size() == 1 && views.get(0).notBefore() != null);

        assertThat(waiting.get(0).state()).isEqualTo(TaskState.READY);
        assertThat(waiting.get(0).attempts()).isOne();
        assertThat(waiting.get(0).error())
                .isEqualTo(new LedgerItem.Error("infrastructure", "internal", "Cannot run batch: the driver hung up"));
        awaitState(workload, RunState.COMPLETED);
        assertThat(stages.of(workload, 0)).extracting(ItemStageView::stage, ItemStageView::attempts, ItemStageView::error)
                .containsExactly(tuple(0, 2, null), tuple(1, 1, null), tuple(2, 1, null));
    }

    @Test
    void losesNothingWhenItsConductorChanges() throws IOException {
        Semaphore steps = new Semaphore(2);
        work(items -> steps.acquireUninterruptibly());
        UUID workload = submit(items(30));
        await().until(() -> runs.get(workload).state() == RunState.IN_PROGRESS && steps.availablePermits() == 0);

        conductor.stop();
        conductor.start();
        awaitEpoch(workload, 2);
        steps.release(2);
        // As if another process had taken the run over and died: its lease is over, our thread has lost.
        jdbc.sql("UPDATE run_owner SET owner = 'other', epoch = epoch + 1, owner_until = ledger_now() - interval '1 s' "
                + "WHERE workload_id = :workload").param("workload", workload).update();
        awaitEpoch(workload, 4);
        steps.release(1_000);

        awaitState(workload, RunState.COMPLETED);
        assertThat(completedItems(manifest(workload))).isEqualTo(30);
        assertThat(jdbc.sql("SELECT count(*) FROM stage_task "
                        + "WHERE workload_id = :workload AND (state <> 'succeeded' OR attempt > 0)")
                .param("workload", workload).query(Integer.class).single()).isZero();
        assertThat(jdbc.sql("SELECT status FROM batch_job_execution ORDER BY job_execution_id DESC LIMIT 1")
                .query(String.class).single()).isEqualTo("COMPLETED");
    }

    @Test
    void takesChosenDraftsToTheSamePicturesAsIfTheyHadNeverStopped() throws IOException {
        String picture = upload(FilePurpose.INIT_IMAGE, PngImage.encode(
                new StageValue.Picture(200, 100, new byte[200 * 100 * 3]), Map.of()));
        String items = """
                "items": [{"prompt": "a red circle", "seed": 1}, {"prompt": "a blue star", "seed": 2},
                          {"prompt": "a green circle", "seed": 3, "init_image": "%s"}]""".formatted(picture);
        UUID straight = submit(items);
        UUID stopping = submit("\"stop_after\": 0, " + items);
        work(started -> {});
        awaitState(straight, RunState.COMPLETED);
        awaitState(stopping, RunState.COMPLETED);
        JsonNode drafts = manifest(stopping);
        assertThat(completedItems(drafts)).isEqualTo(3);
        assertThat(drafts.at("/recipe/stop_after").intValue(-1)).isZero();
        assertThat(drafts.get("items")).allSatisfy(item -> {
            assertThat(item.get("draft").booleanValue()).isTrue();
            assertThat(item.get("width").intValue()).isEqualTo(128);
        });

        generations.promote(stopping, new GenerationRequest(List.of(1, 2), 2), store.freeBytes());

        awaitState(stopping, RunState.COMPLETED);
        JsonNode promoted = manifest(stopping);
        JsonNode whole = manifest(straight);
        assertThat(completedItems(promoted)).isEqualTo(3);
        assertThat(promoted.get("items").get(0)).isEqualTo(drafts.get("items").get(0));
        for (int ordinal : new int[] {1, 2}) {
            assertThat(promoted.get("items").get(ordinal).has("draft")).isFalse();
            assertThat(promoted.get("items").get(ordinal).get("sha256")).isEqualTo(whole.get("items").get(ordinal).get("sha256"));
        }
    }

    @Test
    void pausesResumesAndCancels() throws IOException {
        UUID workload = submit(items(4));
        await().until(() -> runs.get(workload).state() == RunState.IN_PROGRESS);

        control.want(workload, Desired.PAUSE);
        await().until(() -> isUnowned(workload));
        control.want(workload, Desired.RUN);
        await().until(() -> !isUnowned(workload));
        control.want(workload, Desired.CANCEL);

        awaitState(workload, RunState.CANCELLED);
        JsonNode manifest = manifest(workload);
        assertThat(manifest.at("/counts/cancelled").intValue()).isEqualTo(4);
        assertThat(completedItems(manifest)).isZero();
        assertThat(lines(runs.get(workload).errorsKey())).hasSize(4);
    }

    /** The model is real, since a step must take as long as one. */
    @Test
    void atMostTwoStepsBeginAfterTheAnswerToACancel() {
        CountedEngines engines = new CountedEngines(new DiffusionEngines(
                models, new ModelFolders(Path.of("target", "models")), Device.CPU, 1, 1 << 20));
        UUID workload = submit("\"steps\": 200,", items(8));
        work(engines);
        await().until(() -> engines.steps.get() >= 3);

        control.want(workload, Desired.CANCEL);
        int begun = engines.steps.get();

        awaitState(workload, RunState.CANCELLED);
        await().until(() -> jdbc.sql("SELECT bool_and(state = 'closed') FROM task_dispatch").query(Boolean.class).single());
        worker.stop();
        assertThat(engines.steps.get() - begun).isLessThanOrEqualTo(2);
        assertThat(begun).isLessThan(100);
    }

    @Test
    void expiresWhenItsDeadlinePasses() throws IOException {
        UUID workload = submit("\"deadline\": \"2026-01-01T00:00:00Z\", " + items(2));

        awaitState(workload, RunState.EXPIRED);

        assertThat(lines(runs.get(workload).errorsKey())).hasSize(2)
                .allSatisfy(line -> assertThat(line.at("/error/code").stringValue()).isEqualTo("deadline_exceeded"));
    }

    @Test
    void readsEveryLineOnceAlthoughItsConductorStops() throws IOException {
        String lines = "{\"prompt\": \"a red circle\"}\n".repeat(3_500);
        UUID workload = submit("\"items_file\": \"" + upload(FilePurpose.ITEMS, lines.getBytes(UTF_8)) + "\"");
        for (int restart = 0; restart < 3; restart++) {
            await().until(() -> !isUnowned(workload));
            conductor.stop();
            conductor.start();
        }

        await().until(() -> runs.get(workload).total() != null);
        control.want(workload, Desired.CANCEL);
        awaitState(workload, RunState.CANCELLED);

        assertThat(runs.get(workload).total()).isEqualTo(3_500);
        assertThat(jdbc.sql("SELECT count(*) FROM item WHERE workload_id = :workload AND ordinal BETWEEN 0 AND 3499")
                .param("workload", workload).query(Integer.class).single()).isEqualTo(3_500);
        assertThat(lines(runs.get(workload).errorsKey())).hasSize(3_500);
    }

    @Test
    void failsForGoodWhenItsItemsAreGone() {
        conductor.stop();
        UUID workload = submit(items(1));
        store.delete(jdbc.sql("SELECT items_key FROM workload WHERE id = :workload").param("workload", workload)
                .query(String.class).single());
        conductor.start();

        awaitState(workload, RunState.FAILED);

        assertThat(runs.get(workload).errorCode()).isEqualTo("not_found");
    }
}
