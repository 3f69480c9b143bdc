package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.dispatch.message.WorkloadUpdated;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** What the world hears, whatever becomes of coordinators and of the broker. */
class WorkloadEventRelayTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final SentMessages broker = new SentMessages();

    @Test
    void severalCoordinatorsTellEveryChangeOnceAndInOrder() {
        UUID one = ledger.accepted();
        UUID other = ledger.accepted();
        AtomicBoolean isOver = new AtomicBoolean();
        List<Thread> coordinators = IntStream.range(0, 3).mapToObj(n -> new Thread(() -> {
            WorkloadEventRelay relay = relay(broker);
            while (!isOver.get() || ledger.count("workload_event WHERE NOT published") > 0) {
                relay.publish();
            }
        })).toList();
        coordinators.forEach(Thread::start);

        for (int n = 0; n < 50; n++) {
            ledger.control.want(one, n % 2 == 0 ? Desired.PAUSE : Desired.RUN);
            ledger.control.want(other, n % 2 == 0 ? Desired.PAUSE : Desired.RUN);
        }
        isOver.set(true);
        await().until(() -> coordinators.stream().noneMatch(Thread::isAlive));

        List<Long> all = LongStream.rangeClosed(1, 51).boxed().toList();
        assertThat(revisions(one)).isEqualTo(all);
        assertThat(revisions(other)).isEqualTo(all);
    }

    @Test
    void nobodyOvertakesACoordinatorWhoseBrokerIsSlow() {
        UUID workload = ledger.accepted();
        ledger.control.want(workload, Desired.PAUSE);
        CompletableFuture<Void> slow = new CompletableFuture<>();
        AtomicInteger asked = new AtomicInteger();
        Thread waits = new Thread(relay(message -> {
            asked.incrementAndGet();
            return slow;
        })::publish);
        waits.start();
        await().until(() -> asked.get() == 1);

        assertThat(relay(broker).publish()).isZero();
        slow.completeExceptionally(new IllegalStateException("the broker is away"));
        await().until(() -> !waits.isAlive());

        assertThat(relay(broker).publish()).isEqualTo(2);
        assertThat(revisions(workload)).containsExactly(1L, 2L);
        assertThat(asked).hasValue(1);
    }

    @Test
    void goesOnAtTheEventTheBrokerDidNotTake() {
        UUID workload = ledger.accepted();
        IntStream.range(0, 4).forEach(n -> ledger.control.want(workload, n % 2 == 0 ? Desired.PAUSE : Desired.RUN));
        AtomicInteger sends = new AtomicInteger();
        WorkloadEventRelay unlucky = relay(message -> {
            broker.refuses = sends.incrementAndGet() == 3;
            return broker.send(message);
        });

        assertThat(unlucky.publish()).isEqualTo(2);
        assertThat(relay(broker).publish()).isEqualTo(3);

        // Those behind it were taken once already; the revision tells.
        assertThat(revisions(workload)).containsExactly(1L, 2L, 4L, 5L, 3L, 4L, 5L);
    }

    @Test
    void whatADyingCoordinatorSentAndDidNotNoteIsSentAgain() {
        UUID workload = ledger.accepted();
        ledger.control.want(workload, Desired.PAUSE);
        WorkloadEventRelay dies = relay(message -> {
            if (!broker.messages.isEmpty()) {
                throw new AssertionError("killed");
            }
            return broker.send(message);
        });
        assertThatThrownBy(dies::publish).hasMessage("killed");

        assertThat(relay(broker).publish()).isEqualTo(2);

        assertThat(revisions(workload)).containsExactly(1L, 1L, 2L);
    }

    private WorkloadEventRelay relay(MessageSender sender) {
        return new WorkloadEventRelay(ledger.jdbc, ledger.transactions, sender, Topics.DEFAULT);
    }

    private List<Long> revisions(UUID workload) {
        return broker.messages.stream().filter(message -> message.key().equals(workload.toString()))
                .map(ProducerRecord::value).map(MessageJson::readWorkloadUpdated).map(WorkloadUpdated::revision).toList();
    }
}
