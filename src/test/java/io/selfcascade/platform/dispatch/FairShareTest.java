package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.intake.WorkloadEdited;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.platform.plan.WorkloadPlan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is served next, among tenants and among the workloads of one. */
class FairShareTest {

    private final LedgerFixture ledger = new LedgerFixture(Map.of(
            "three", new Tenants.Named(3, null, null, null), "limited", new Tenants.Named(null, null, null, 3)));
    private final TestWorker worker = new TestWorker("wide", "cpu", 4);

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void tenantsGetTheirWeightsHoweverManyWorkloadsTheyHave(long seed) {
        Random random = new Random(seed);
        ledger.beats.apply(List.of(worker.beat()));
        for (int n = 0; n < 12; n++) {
            ledger.generating("one", 40, random.nextInt(10), LedgerFixture.plan(1));
        }
        ledger.generating("three", 300, 0, LedgerFixture.plan(1));
        List<TaskMessage> underWay = new ArrayList<>();
        int ofThree = 0;
        for (int sent = 0; sent < 200; ) {
            List<TaskMessage> messages = ledger.sent();
            for (TaskMessage message : messages) {
                sent++;
                ofThree += tenant(message).equals("three") ? 1 : 0;
                assertThat(ofThree).as("of %d", sent).isBetween(sent * 3 / 4 - 1, sent * 3 / 4 + 2);
            }
            underWay.addAll(messages);
            for (int n = random.nextInt(underWay.size()); n >= 0; n--) {
                ledger.acceptance.accept(worker.succeeded(underWay.remove(random.nextInt(underWay.size()))));
            }
        }
    }

    @Test
    void aTenantWithAThousandWorkloadsDoesNotStarveOneWithOne() {
        TestWorker many = new TestWorker("many", "cpu", 10);
        ledger.beats.apply(List.of(many.beat()));
        ManyWorkloads.copies(ledger, ledger.generating("crowd", 3, 9, LedgerFixture.plan(1)), 1_000);
        assertThat(ledger.sent()).hasSize(20);

        ClaimedRun one = ledger.generating("single", 30, 0, LedgerFixture.plan(1));
        ledger.beats.apply(List.of(new TestWorker("more", "cpu", 10).beat()));

        assertThat(ledger.sent()).hasSize(20).filteredOn(message -> isOf(one, message)).hasSizeBetween(9, 11);
    }

    @Test
    void aChangeOfPriorityCountsFromTheNextMessageOn() {
        ledger.beats.apply(List.of(new TestWorker("many", "cpu", 6).beat()));
        WorkloadPlan alone = LedgerFixture.plan(1);
        ClaimedRun patient = ledger.generating("one", 100, 0, alone);
        ClaimedRun urgent = ledger.generating("one", 100, 9, alone);
        assertThat(ledger.sent()).filteredOn(message -> isOf(patient, message)).hasSize(1);

        edit(patient, 9);

        ledger.beats.apply(List.of(new TestWorker("more", "cpu", 5).beat()));
        assertThat(ledger.sent()).hasSize(10).filteredOn(message -> isOf(patient, message)).hasSizeBetween(4, 6);
        edit(urgent, 0);
        ledger.beats.apply(List.of(new TestWorker("most", "cpu", 5).beat()));
        assertThat(ledger.sent()).hasSize(10).filteredOn(message -> isOf(patient, message)).hasSizeBetween(8, 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"one", "another"})
    void whoWasPausedDoesNotMakeUpForItAtTheCostOfOthers(String tenant) {
        ledger.beats.apply(List.of(new TestWorker("many", "cpu", 10).beat()));
        ClaimedRun paused = ledger.generating(tenant, 100, 5, LedgerFixture.plan(1));
        assertThat(ledger.sent()).hasSize(20);
        ledger.control.want(paused.workloadId(), Desired.PAUSE);
        ClaimedRun other = ledger.generating("one", 100, 5, LedgerFixture.plan(1));
        ledger.beats.apply(List.of(new TestWorker("more", "cpu", 20).beat()));
        assertThat(ledger.sent()).hasSize(40).allMatch(message -> isOf(other, message));

        ledger.control.want(paused.workloadId(), Desired.RUN);

        ledger.beats.apply(List.of(new TestWorker("most", "cpu", 5).beat()));
        assertThat(ledger.sent()).hasSize(10).filteredOn(message -> isOf(paused, message)).hasSizeBetween(4, 6);
    }

    @Test
    void manySmallWorkloadsOneAfterAnotherGetNoMoreThanOneLarge() {
        ledger.beats.apply(List.of(TestWorker.cpu().beat()));
        ClaimedRun large = ledger.generating("large", 60, 5, LedgerFixture.plan(1));
        Deque<TaskMessage> underWay = new ArrayDeque<>(ledger.sent());
        int small = 0;
        for (int sent = 1; sent <= 40; sent++) {
            if (ledger.count("workload_run WHERE tenant = 'small' AND state = 'in_progress'") == 0) {
                ledger.generating("small", 1, 9, LedgerFixture.plan(1));
            }
            ledger.acceptance.accept(worker.succeeded(underWay.remove()));
            TaskMessage next = ledger.sentOne();
            underWay.add(next);
            if (!isOf(large, next)) {
                small++;
                assertThat(small).as("of %d", sent).isLessThanOrEqualTo(sent / 2 + 1);
                ended(next);
            }
        }

        assertThat(small).isGreaterThanOrEqualTo(19);
    }

    /** Its one message was all there was to do. */
    private void ended(TaskMessage message) {
        ledger.database.execute("UPDATE workload_run SET state = 'completed' WHERE workload_id = '"
                + message.tasks().get(0).workloadId() + "'");
        FairShare.leave(ledger.jdbc, message.tasks().get(0).workloadId());
    }

    @Test
    void aTenantAtItsLimitWaitsWhileOthersGoOn() {
        ledger.beats.apply(List.of(worker.beat()));
        ClaimedRun limited = ledger.generating("limited", 30, 9, LedgerFixture.plan(2));
        ClaimedRun other = ledger.generating("other", 30, 0, LedgerFixture.plan(2));

        List<TaskMessage> first = ledger.sent();

        assertThat(tasks(limited, first)).isEqualTo(3);
        assertThat(first).hasSize(8);
        assertThat(tasks(other, first)).isGreaterThanOrEqualTo(12);
        TaskMessage done = first.stream().filter(message -> isOf(limited, message)).findFirst().orElseThrow();
        ledger.acceptance.accept(worker.succeeded(done));
        assertThat(tasks(limited, ledger.sent())).isEqualTo(done.tasks().size());
    }

    @Test
    void aLimitCountsTheTasksInAllPools() {
        ledger.beats.apply(List.of(worker.beat(), new TestWorker("large", "gpu", 4).beat()));
        ClaimedRun small = ledger.generating("limited", 2, 5, LedgerFixture.plan(1));
        ClaimedRun large = ledger.generating("limited", 5, 5, inPool("gpu"));
        assertThat(tasks(small, ledger.sent())).isEqualTo(2);

        assertThat(tasks(large, ledger.dispatches.pick("gpu"))).isEqualTo(1);
    }

    @Test
    void theCompanionsOfAMessageAreChargedToTheirOwnTenants() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating("one", 3, 5, LedgerFixture.plan(8));
        ledger.generating("three", 5, 5, LedgerFixture.plan(8));

        assertThat(ledger.sentOne().tasks()).hasSize(8);

        assertThat(ledger.jdbc.sql("SELECT virtual_time FROM tenant_share ORDER BY tenant").query(Double.class).list())
                .containsExactly(1.0 + 3, 1.0 / 3 + 5.0 / 3);
    }

    private static WorkloadPlan inPool(String pool) {
        WorkloadPlan plan = LedgerFixture.plan(1);
        List<PlannedStage> stages = plan.fromPrompt().stream().map(stage -> new PlannedStage(
                stage.spec(), pool, stage.batchKey(), stage.maxItems(), stage.runLimitSeconds())).toList();
        return new WorkloadPlan(plan.model(), stages, List.of());
    }

    private void edit(ClaimedRun run, int priority) {
        ledger.jdbc.sql("UPDATE workload SET priority = :priority WHERE id = :id")
                .param("priority", priority).param("id", run.workloadId()).update();
        new EditedWorkloads(ledger.jdbc, ledger.revisions, ledger.signal).on(new WorkloadEdited(run.workloadId()));
    }

    private String tenant(TaskMessage message) {
        return ledger.jdbc.sql("SELECT tenant FROM workload WHERE id = :id")
                .param("id", message.tasks().get(0).workloadId()).query(String.class).single();
    }

    private static boolean isOf(ClaimedRun run, TaskMessage message) {
        return message.tasks().get(0).workloadId().equals(run.workloadId());
    }

    private static int tasks(ClaimedRun run, List<TaskMessage> messages) {
        return (int) messages.stream().flatMap(message -> message.tasks().stream())
                .filter(task -> task.workloadId().equals(run.workloadId())).count();
    }
}
