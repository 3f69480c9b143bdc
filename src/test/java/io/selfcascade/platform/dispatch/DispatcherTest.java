package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkloadUpdated;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class DispatcherTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final SentMessages broker = new SentMessages();
    private final Dispatcher dispatcher =
            new Dispatcher(ledger.dispatches, Topics.DEFAULT::tasks, broker, InstantSource.system(), Failpoints.NONE);
    private final TestWorker worker = TestWorker.cpu();

    @Test
    void sendsWhatItCommittedAndLetsItWait() throws InterruptedException {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(3);
        ledger.tick(Duration.ofSeconds(1));

        assertThat(dispatcher.tick()).isEqualTo(1);

        ProducerRecord<String, byte[]> sent = broker.messages.get(0);
        TaskMessage message = MessageJson.readTask(sent.value());
        assertThat(sent.topic()).isEqualTo("selfcascade.tasks.cpu.v1");
        assertThat(sent.key()).isEqualTo(Long.toString(message.dispatchId()));
        assertThat(CloudEvents.attribute(sent.headers(), "ce_type")).isEqualTo(CloudEvents.TASK);
        assertThat(message.tasks()).hasSize(3);
        assertThat(ledger.count("task_dispatch WHERE state = 'waiting' AND lease_until = created_at + interval '16 min'"))
                .isEqualTo(1);
    }

    @Test
    void takesBackWhatTheBrokerRefuses() throws InterruptedException {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(3);
        ledger.tick(Duration.ofSeconds(1));
        broker.refuses = true;
        assertThat(dispatcher.tick()).isZero();
        assertThat(ledger.count("stage_task WHERE state = 'ready'")).isEqualTo(3);
        assertThat(ledger.count("task_dispatch WHERE closed_by = 'send'")).isEqualTo(1);

        broker.refuses = false;

        assertThat(dispatcher.tick()).isEqualTo(1);
    }

    @Test
    void cancellingTellsTheWorkers() {
        ledger.beats.apply(List.of(worker.beat()));
        ClaimedRun run = ledger.generating(3);
        long dispatch = ledger.sentOne().dispatchId();

        ledger.items.cancelWorkload(run, null);

        ProducerRecord<String, byte[]> order = ledger.orders.messages.get(0);
        assertThat(order.key()).isEqualTo("workload/" + run.workloadId());
        assertThat(MessageJson.readControl(order.value()).cancels(dispatch)).isTrue();
        assertThat(MessageJson.readControl(order.value()).cancels(dispatch + 1)).isFalse();
    }

    @Test
    void relaysEventsInOrderAndEachOnceTheBrokerTookIt() {
        ClaimedRun run = ledger.generating(3);
        WorkloadEventRelay relay = new WorkloadEventRelay(ledger.jdbc, ledger.transactions, broker, Topics.DEFAULT);
        broker.refuses = true;
        assertThat(relay.publish()).isZero();
        broker.refuses = false;

        assertThat(relay.publish()).isEqualTo(ledger.count("workload_event")).isPositive();
        assertThat(relay.publish()).isZero();

        assertThat(broker.messages).extracting(ProducerRecord::key).containsOnly(run.workloadId().toString());
        assertThat(broker.messages).extracting(sent -> MessageJson.readWorkloadUpdated(sent.value()))
                .isSortedAccordingTo(Comparator.comparingLong(WorkloadUpdated::revision))
                .last().satisfies(last -> {
                    assertThat(last.state()).isEqualTo("in_progress");
                    assertThat(last.counts()).isEqualTo(new WorkloadUpdated.Counts(3, 0, 0, 0));
                });
    }

    @Test
    void closedDispatchesAndToldEventsAreKeptForADay() {
        ledger.beats.apply(List.of(worker.beat()));
        ledger.generating(1);
        ledger.acceptance.accept(worker.succeeded(ledger.sentOne()));
        new WorkloadEventRelay(ledger.jdbc, ledger.transactions, broker, Topics.DEFAULT).publish();
        LedgerCleanup cleanup = new LedgerCleanup(ledger.jdbc, ledger.transactions, ledger.properties);
        ledger.tick(Duration.ofHours(23));
        assertThat(cleanup.clean()).isZero();

        ledger.tick(Duration.ofHours(2));

        assertThat(cleanup.clean()).isPositive();
        assertThat(ledger.count("task_dispatch")).isZero();
        assertThat(ledger.count("workload_event")).isZero();
    }
}
