package io.selfcascade.platform.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.dispatch.message.Control;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CancelOrdersTest {

    private static final UUID WORKLOAD = UUID.fromString("019ab000-0000-7000-8000-000000000001");
    private static final Instant START = Instant.parse("2026-11-22T20:00:00Z");
    private static final Duration TOLERANCE = Duration.ofSeconds(60);

    private Instant now = START;
    private long running;
    private final CancelOrders orders = new CancelOrders(() -> now, TOLERANCE, 3, order -> order.cancels(running));

    @Test
    void concernsDispatchesUpToItsOwn() {
        orders.put("workload/" + WORKLOAD, cancel(7, START.plusSeconds(960)));
        orders.put("item/" + WORKLOAD + "/3", cancel(9, START.plusSeconds(960)));

        assertThat(orders.cancels(WORKLOAD, 0, 7)).isTrue();
        assertThat(orders.cancels(WORKLOAD, 0, 8)).isFalse();
        assertThat(orders.cancels(WORKLOAD, 3, 9)).isTrue();
        assertThat(orders.cancels(WORKLOAD, 3, 10)).isFalse();
    }

    @Test
    void isForgottenOnceNothingItConcernsCanBegin() {
        running = 8;
        orders.put("workload/" + WORKLOAD, cancel(7, START.plusSeconds(960)));

        now = START.plusSeconds(960).plus(TOLERANCE);
        orders.forgetOver();
        assertThat(orders.size()).isOne();
        now = now.plusMillis(1);
        orders.forgetOver();

        assertThat(orders.size()).isZero();
    }

    @Test
    void isKnownAsLongAsItsRunGoesOn() {
        running = 7;
        orders.put("workload/" + WORKLOAD, cancel(7, START.plusSeconds(960)));

        now = START.plus(Duration.ofDays(1));
        orders.forgetOver();
        assertThat(orders.cancels(WORKLOAD, 0, 7)).isTrue();
        running = 8;
        orders.forgetOver();

        assertThat(orders.size()).isZero();
    }

    @Test
    void aWorkerThatStartsKeepsNoneOfLastWeeks() {
        running = 8;
        orders.put("workload/" + WORKLOAD, cancel(7, START.plusSeconds(960)));
        now = START.plus(Duration.ofDays(6));

        orders.put("workload/" + WORKLOAD, cancel(7, START.plusSeconds(1_000)));

        assertThat(orders.size()).isZero();
    }

    @Test
    void theOldestGoesWhereThereAreTooMany() {
        for (int ordinal = 0; ordinal < 5; ordinal++) {
            orders.put("item/" + WORKLOAD + "/" + ordinal, cancel(7, null));
        }

        assertThat(orders.size()).isEqualTo(3);
        assertThat(orders.cancels(WORKLOAD, 1, 7)).isFalse();
        assertThat(orders.cancels(WORKLOAD, 2, 7)).isTrue();
    }

    private static Control cancel(long dispatch, @Nullable Instant expiresAt) {
        return new Control(Control.Order.CANCEL, dispatch, START, expiresAt);
    }
}
