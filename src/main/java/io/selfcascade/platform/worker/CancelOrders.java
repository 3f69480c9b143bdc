package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.Control;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is cancelled, as far as it matters to this worker. The topic keeps orders for a week; one is of use only as long as a
 * message it concerns may still be begun, or is being run here.
 */
final class CancelOrders {

    private static final Logger log = LoggerFactory.getLogger(CancelOrders.class);

    private final InstantSource clock;
    private final Duration tolerance;
    private final int most;
    private final Predicate<Control> running;
    /** Oldest first. */
    private final Map<String, Control> orders = new LinkedHashMap<>();

    /**
     * @param tolerance how far this worker's clock may be off
     * @param most orders kept; beyond them the oldest go, and with them only some saved time
     * @param running whether this worker runs something the order concerns
     */
    CancelOrders(InstantSource clock, Duration tolerance, int most, Predicate<Control> running) {
        this.clock = clock;
        this.tolerance = tolerance;
        this.most = most;
        this.running = running;
    }

    synchronized void put(String subject, Control order) {
        orders.remove(subject);
        if (!isOver(order)) {
            orders.put(subject, order);
        }
        if (orders.size() > most) {
            Iterator<String> oldest = orders.keySet().iterator();
            log.warn("cancel order forgotten, too many at once subject={} most={}", oldest.next(), most);
            oldest.remove();
        }
    }

    synchronized void remove(String subject) {
        orders.remove(subject);
    }

    /** Whether nobody wants what this dispatch would make of the item. */
    synchronized boolean cancels(UUID workload, int ordinal, long dispatch) {
        return cancels(orders.get("workload/" + workload), dispatch)
                || cancels(orders.get("item/" + workload + "/" + ordinal), dispatch);
    }

    synchronized void forgetOver() {
        orders.values().removeIf(this::isOver);
    }

    synchronized int size() {
        return orders.size();
    }

    /** A message begins before it expires, and runs as long as it takes. */
    private boolean isOver(Control order) {
        Instant until = order.expiresAt();
        return until != null && clock.instant().isAfter(until.plus(tolerance)) && !running.test(order);
    }

    private static boolean cancels(@Nullable Control last, long dispatch) {
        return last != null && last.cancels(dispatch);
    }
}
