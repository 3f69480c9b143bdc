package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.message.Control;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerControlTest {

    private final LedgerFixture ledger = new LedgerFixture();
    private final WorkerControl control =
            new WorkerControl(ledger.jdbc, new Orders(ledger.orders, Topics.DEFAULT, InstantSource.system(), Duration.ofMinutes(16)));

    @BeforeEach
    void aWorkerIsUp() {
        ledger.beats.apply(List.of(TestWorker.cpu().beat()));
    }

    @Test
    void leavesTheLastOrderUnderTheNameOfTheWorker() {
        control.drain("cpu-1");
        control.resume("cpu-1");

        assertThat(ledger.orders.messages).allSatisfy(order -> assertThat(order.key()).isEqualTo("worker/cpu-1"));
        assertThat(ledger.orders.messages).extracting(order -> MessageJson.readControl(order.value()).order())
                .containsExactly(Control.Order.DRAIN, Control.Order.RESUME);
    }

    @Test
    void saysThatAnOrderDidNotReachTheBroker() {
        ledger.orders.refuses = true;

        assertFails(ErrorCode.INFRASTRUCTURE_UNAVAILABLE, "cpu-1");
    }

    @Test
    void knowsNoWorkerThatNeverCalledItselfSo() {
        assertFails(ErrorCode.NOT_FOUND, "nobody");
    }

    private void assertFails(ErrorCode code, String worker) {
        assertThatThrownBy(() -> control.drain(worker))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
