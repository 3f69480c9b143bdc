package io.selfcascade.platform.webhook;

import io.selfcascade.platform.dispatch.Loop;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends what is due, a bounded number at a time, so that one who answers slowly takes few of the places. */
final class WebhookSender implements Loop.Body {

    private static final Logger log = LoggerFactory.getLogger(WebhookSender.class);

    private final WebhookDeliveries deliveries;
    private final WebhookClient client;
    private final RetryTimetable timetable;
    private final WebhookProperties properties;
    private final Semaphore places;
    private final ExecutorService senders;

    WebhookSender(WebhookDeliveries deliveries, WebhookClient client, RetryTimetable timetable, WebhookProperties properties) {
        this.deliveries = deliveries;
        this.client = client;
        this.timetable = timetable;
        this.properties = properties;
        this.places = new Semaphore(properties.atOnce());
        AtomicInteger count = new AtomicInteger();
        this.senders = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "webhook-sender-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins to send what is due and finds a place; does not wait for answers. */
    @Override
    public void round() {
        int free = places.drainPermits();
        int taken = 0;
        try {
            List<DueDelivery> due = free == 0 ? List.of() : deliveries.claim(free, properties.perWebhook(), properties.lease());
            for (DueDelivery delivery : due) {
                senders.execute(() -> sendAndLeave(delivery));
                taken++;
            }
        } finally {
            places.release(free - taken);
        }
    }

    /** What is under way may end; what does not is due again when its lease ends. */
    @Override
    public void end() {
        try {
            if (places.tryAcquire(properties.atOnce(), properties.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
                places.release(properties.atOnce());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendAndLeave(DueDelivery delivery) {
        try {
            send(delivery);
        } catch (RuntimeException e) {
            // Its lease ends, and it is sent again.
            log.warn("webhook delivery not noted delivery={}", delivery.id(), e);
        } finally {
            places.release();
        }
    }

    private void send(DueDelivery delivery) {
        Answer answer = client.send(delivery);
        deliveries.settle(delivery, answer, timetable.after(delivery.attempts()));
        if (answer.isGone()) {
            log.warn("webhook disabled webhook={} cause=gone", delivery.webhook());
        } else if (!answer.isTaken()) {
            log.info("webhook delivery failed webhook={} delivery={} attempt={} cause={}", delivery.webhook(), delivery.id(),
                    delivery.attempts(), answer.error());
        }
    }
}
