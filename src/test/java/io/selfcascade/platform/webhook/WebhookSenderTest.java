package io.selfcascade.platform.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.selfcascade.platform.webhook.TestReceiver.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the row to somebody else's server and back, with everything that server may do. */
class WebhookSenderTest {

    private final TestReceiver receiver = new TestReceiver();
    private WebhookFixture hooks;

    @BeforeEach
    void open() throws IOException {
        hooks = new WebhookFixture();
    }

    @AfterEach
    void close() throws IOException {
        receiver.close();
        hooks.close();
    }

    @Test
    void tellsOfTheEndSigned() {
        Webhooks.WithSecret made = hooks.hook(receiver.url());

        UUID workload = hooks.ended("completed");
        WebhookDelivery delivery = awaitState(workload, WebhookDeliveryState.DELIVERED);

        Message message = receiver.messages.get(0);
        assertThat(message.isSignedWith(made.secret().reveal())).isTrue();
        assertThat(message.isSignedWith("whsec_" + "A".repeat(43) + "=")).isFalse();
        assertThat(message.id()).isEqualTo("msg_" + delivery.messageId());
        assertThat(message.type()).startsWith("application/json");
        assertThat(message.body()).hasSizeLessThan(20_000)
                .contains("\"type\": \"workload.completed\"", "\"timestamp\": \"2", "\"data\": {", workload.toString());
        assertThat(delivery.lastStatus()).isEqualTo(204);
        assertThat(delivery.nextAt()).isNull();
        hooks.sender.round();
        assertThat(receiver.messages).hasSize(1);
    }

    @Test
    void signsWithBothSecretsWhileAReceiverChangesOver() {
        Webhooks.WithSecret former = hooks.hook(receiver.url());
        Webhooks.WithSecret latter = hooks.webhooks.rotate(WebhookFixture.TENANT, former.webhook().id());
        awaitState(hooks.ended("completed"), WebhookDeliveryState.DELIVERED);
        hooks.tick(Duration.ofHours(25));
        awaitState(hooks.ended("completed"), WebhookDeliveryState.DELIVERED);

        assertThat(receiver.messages).extracting(message -> message.isSignedWith(former.secret().reveal())).containsExactly(true, false);
        assertThat(receiver.messages).allMatch(message -> message.isSignedWith(latter.secret().reveal()));
    }

    @Test
    void triesAgainLaterUnderTheSameId() {
        hooks.hook(receiver.url());
        receiver.answers.addAll(List.of(TestReceiver.status(500), TestReceiver.status(503)));
        UUID workload = hooks.ended("failed");

        WebhookDelivery failed = awaitAttempt(workload, 1);
        assertThat(failed.state()).isEqualTo(WebhookDeliveryState.WAITING);
        assertThat(failed.lastError()).isEqualTo("answered 500");
        hooks.sender.round();
        hooks.tick(Duration.ofSeconds(3));
        hooks.sender.round();
        assertThat(receiver.messages).hasSize(1);
        hooks.tick(Duration.ofSeconds(2));
        awaitAttempt(workload, 2);
        hooks.tick(Duration.ofSeconds(20));

        assertThat(awaitState(workload, WebhookDeliveryState.DELIVERED).attempts()).isEqualTo(3);
        assertThat(receiver.messages).extracting(Message::id).hasSize(3).containsOnly("msg_" + failed.messageId());
    }

    @Test
    void givesUpAfterThreeDaysAndBeginsAnewWhenAsked() {
        hooks.hook(receiver.url());
        IntStream.range(0, RetryTimetable.MOST_ATTEMPTS).forEach(n -> receiver.answers.add(TestReceiver.status(500)));
        UUID workload = hooks.ended("failed");
        for (int attempt = 1; attempt <= RetryTimetable.MOST_ATTEMPTS; attempt++) {
            awaitAttempt(workload, attempt);
            hooks.tick(Duration.ofHours(24));
        }
        WebhookDelivery dead = awaitState(workload, WebhookDeliveryState.DEAD);
        assertThat(receiver.messages).hasSize(RetryTimetable.MOST_ATTEMPTS);

        assertThat(hooks.deliveries.redeliver(workload, dead.id()).attempts()).isZero();

        awaitState(workload, WebhookDeliveryState.DELIVERED);
        assertThat(receiver.messages).extracting(Message::id).containsOnly("msg_" + dead.messageId());
    }

    @Test
    void aReceiverThatIsGoneIsToldNoMore() {
        Webhooks.WithSecret made = hooks.hook(receiver.url());
        receiver.answers.add(TestReceiver.status(410));
        UUID workload = hooks.ended("completed");

        awaitState(workload, WebhookDeliveryState.DEAD);

        Webhook gone = hooks.webhooks.get(WebhookFixture.TENANT, made.webhook().id());
        assertThat(gone.enabled()).isFalse();
        assertThat(gone.disabledReason()).isEqualTo("gone");
        assertThat(hooks.deliveries.of(hooks.ended("completed"))).isEmpty();
    }

    @Test
    void followsNoRedirect() {
        try (TestReceiver elsewhere = new TestReceiver()) {
            hooks.hook(receiver.url());
            receiver.answers.add(TestReceiver.redirect(elsewhere.url()));
            receiver.answers.add(TestReceiver.redirect("http://169.254.169.254/latest/meta-data"));
            UUID workload = hooks.ended("completed");

            assertThat(awaitAttempt(workload, 1).lastError()).isEqualTo("answered 307");
            hooks.tick(Duration.ofSeconds(5));
            assertThat(awaitAttempt(workload, 2).lastError()).isEqualTo("answered 307");

            assertThat(elsewhere.messages).isEmpty();
            assertThat(hooks.names.asked).containsOnly("127.0.0.1");
        }
    }

    @Test
    void connectsToTheAddressItWasGivenAndAsksOnce() throws IOException {
        hooks.hook("http://turns.example:" + receiver.port() + "/hook");
        hooks.names.answer("turns.example", "127.0.0.1");
        hooks.names.thenAnswer("turns.example", "127.0.0.2");

        awaitState(hooks.ended("completed"), WebhookDeliveryState.DELIVERED);

        assertThat(hooks.names.asked).containsExactly("turns.example");
        assertThat(receiver.messages).hasSize(1);
    }

    @Test
    void refusesAPrivateAddressAtTheConnection() throws IOException {
        hooks.hook("http://inside.example:" + receiver.port() + "/hook");
        hooks.hook(receiver.url());
        hooks.names.answer("inside.example", "127.0.0.1");
        UUID workload = hooks.ended("completed");
        try (WebhookClient guarded = new WebhookClient(
                new WebhookTargets(hooks.names, false), hooks.properties, java.time.InstantSource.system())) {
            hooks.sender(guarded).round();

            await().until(() -> hooks.deliveries.of(workload).stream().allMatch(
                    delivery -> "address not allowed".equals(delivery.lastError())));
            assertThat(receiver.messages).isEmpty();
        }
    }

    @Test
    void readsLittleOfAnAnswerThatDoesNotEnd() {
        AtomicLong written = new AtomicLong();
        hooks.hook(receiver.url());
        receiver.answers.add(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] some = new byte[8192];
            OutputStream out = exchange.getResponseBody();
            while (written.addAndGet(some.length) < 1L << 30) {
                out.write(some);
            }
        });

        awaitState(hooks.ended("completed"), WebhookDeliveryState.DELIVERED);

        // What lies in the sockets' buffers is more than what was read.
        assertThat(written.get()).isLessThan(64L << 20);
    }

    @Test
    void waitsForNobodyLongerThanItsTimeout() {
        CountDownLatch over = new CountDownLatch(1);
        hooks.hook(receiver.url());
        receiver.answers.add(exchange -> awaitQuietly(over));
        receiver.answers.add(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = exchange.getResponseBody();
            while (!awaitQuietly(over, 100)) {
                out.write('.');
                out.flush();
            }
        });
        UUID workload = hooks.ended("completed");

        assertThat(awaitAttempt(workload, 1).lastError()).isEqualTo("no answer in 1000 ms");
        hooks.tick(Duration.ofSeconds(5));
        // Its status was told in time; only its good-bye was not.
        awaitState(workload, WebhookDeliveryState.DELIVERED);
        over.countDown();
    }

    @Test
    void aReceiverWhoIsSlowHoldsUpOnlyItself() {
        CountDownLatch over = new CountDownLatch(1);
        try (TestReceiver slow = new TestReceiver()) {
            hooks.hook(slow.url());
            IntStream.range(0, 9).forEach(n -> slow.answers.add(exchange -> awaitQuietly(over)));
            IntStream.range(0, 9).forEach(n -> hooks.ended("completed"));
            hooks.sender.round();
            await().until(() -> slow.messages.size() == 2);
            hooks.hook(receiver.url());
            UUID workload = hooks.ended("completed");
            hooks.sender.round();

            await().until(() -> hooks.deliveries.of(workload).stream()
                    .anyMatch(delivery -> delivery.state() == WebhookDeliveryState.DELIVERED));
            assertThat(slow.messages).hasSize(2);
            over.countDown();
        }
    }

    @Test
    void whatASenderTookToItsGraveIsSentAgainUnderTheSameId() {
        hooks.hook(receiver.url());
        UUID workload = hooks.ended("completed");
        DueDelivery taken = hooks.deliveries.claim(9, 2, hooks.properties.lease()).get(0);
        assertThat(hooks.client.send(taken).isTaken()).isTrue();

        hooks.sender.round();
        assertThat(hooks.only(workload).state()).isEqualTo(WebhookDeliveryState.SENDING);
        hooks.tick(hooks.properties.lease());

        awaitState(workload, WebhookDeliveryState.DELIVERED);
        assertThat(receiver.messages).extracting(Message::id).containsExactly("msg_" + taken.messageId(), "msg_" + taken.messageId());
        // And what it would still report changes nothing.
        hooks.deliveries.settle(taken, Answer.of(410), java.util.Optional.empty());
        assertThat(hooks.only(workload).lastStatus()).isEqualTo(204);
    }

    @Test
    void severalCoordinatorsSendEachMessageOnce() {
        hooks.hook(receiver.url());
        List<UUID> workloads = IntStream.range(0, 20).mapToObj(n -> hooks.ended("completed")).toList();
        List<WebhookSender> senders = IntStream.range(0, 3).mapToObj(n -> hooks.sender(hooks.client)).toList();

        await().atMost(Duration.ofSeconds(30)).until(() -> {
            senders.parallelStream().forEach(WebhookSender::round);
            return workloads.stream().allMatch(id -> hooks.only(id).state() == WebhookDeliveryState.DELIVERED);
        });

        assertThat(receiver.messages).extracting(Message::id).hasSize(20).doesNotHaveDuplicates();
    }

    private WebhookDelivery awaitState(UUID workload, WebhookDeliveryState state) {
        return await().until(() -> {
            hooks.sender.round();
            return hooks.only(workload);
        }, delivery -> delivery.state() == state);
    }

    private WebhookDelivery awaitAttempt(UUID workload, int attempt) {
        return await().until(() -> {
            hooks.sender.round();
            return hooks.only(workload);
        }, delivery -> delivery.attempts() == attempt && delivery.state() != WebhookDeliveryState.SENDING);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        awaitQuietly(latch, 20_000);
    }

    private static boolean awaitQuietly(CountDownLatch latch, long millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
