package io.selfcascade.platform.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import io.selfcascade.platform.intake.DeadLetterFilter;
import io.selfcascade.spec.CascadeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What is kept of a dead letter, and what is sent when one is redriven, without a broker. */
class DeadLetterLedgerTest {

    private static final TestDatabase DATABASE = SharedInfrastructure.freshDatabase();
    private static final DeadLetterFilter ALL = new DeadLetterFilter(null, null, null, 100);

    private final DeadLetterLedger ledger = new DeadLetterLedger(JdbcClient.create(DATABASE.dataSource()));
    private final List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
    private final TransactionTemplate transactions =
            new TransactionTemplate(new JdbcTransactionManager(DATABASE.dataSource()));
    private long offset;

    @BeforeEach
    void empty() {
        DATABASE.execute("DELETE FROM dead_letter");
        DATABASE.ledgerAhead(Duration.ZERO);
    }

    @Test
    void keepsARecordOnceHoweverOftenItIsRead() {
        ConsumerRecord<byte[], byte[]> letter = letter("events", "invalid_request", "Cannot read it");

        ledger.keep(letter);
        ledger.keep(letter);

        assertThat(all()).singleElement().satisfies(kept -> {
            assertThat(kept.topic()).isEqualTo("events");
            assertThat(kept.position()).isEqualTo("3@17");
            assertThat(kept.code()).isEqualTo("invalid_request");
            assertThat(kept.reason()).isEqualTo("Cannot read it");
            assertThat(kept.state()).isEqualTo(DeadLetterState.KEPT);
            assertThat(kept.sends()).isZero();
        });
    }

    @Test
    void keepsARecordWhateverItHolds() {
        ConsumerRecord<byte[], byte[]> hostile = new ConsumerRecord<>("events-dlt", 0, 900, new byte[] {0, (byte) 0xC3}, null);
        hostile.headers().add("dlt_topic", "somewhere else".getBytes(UTF_8))
                .add("dlt_partition", "-1; DROP".getBytes(UTF_8))
                .add("dlt_code", new byte[] {0, 1})
                .add("dlt_reason", ("\0" + "x".repeat(5_000)).getBytes(UTF_8))
                .add("redrive_of", "99999999999999999999".getBytes(UTF_8))
                .add("empty", null)
                .add("a\0b", new byte[] {0, (byte) 0xFF});
        ConsumerRecord<byte[], byte[]> bare = new ConsumerRecord<>("events-dlt", 0, 901, null, new byte[0]);

        ledger.keep(hostile);
        ledger.keep(bare);

        DeadLetter kept = all().get(1);
        assertThat(kept.topic()).isEqualTo("events");
        assertThat(kept.position()).isNull();
        assertThat(kept.code()).isEqualTo("unknown");
        assertThat(kept.reason()).hasSize(1_000).startsWith("\uFFFDxxx");
        assertThat(kept.cameFrom()).isNull();
        DeadRecord record = ledger.content(kept.id());
        assertThat(record.key()).containsExactly(0, 0xC3);
        assertThat(record.value()).isNull();
        assertThat(record.headers()).extracting(DeadRecord.Header::name).containsExactly("redrive_of", "empty", "a\0b");
        assertThat(record.headers().get(1).value()).isNull();
        assertThat(record.headers().get(2).value()).containsExactly(0, 0xFF);
        assertThat(ledger.content(all().get(0).id()).value()).isEmpty();
    }

    @Test
    void sendsWhatItsSenderMadeOnceAndNamesTheDeadLetterItWas() {
        ConsumerRecord<byte[], byte[]> letter = letter("events", "invalid_request", "Cannot read it");
        letter.headers().add("redrive_of", "7".getBytes(UTF_8));
        ledger.keep(letter);
        long id = all().get(0).id();

        assertThat(ledger.redrive(id).state()).isEqualTo(DeadLetterState.REDRIVING);
        assertThat(ledger.redrive(id).state()).isEqualTo(DeadLetterState.REDRIVING);
        redriver(this::take).redrive();
        redriver(this::take).redrive();

        assertThat(sent).singleElement().satisfies(message -> {
            assertThat(message.topic()).isEqualTo("events");
            assertThat(message.key()).isEqualTo("key".getBytes(UTF_8));
            assertThat(message.value()).isEqualTo("value".getBytes(UTF_8));
            assertThat(message.headers().toArray()).extracting(header -> header.key() + "=" + new String(header.value(), UTF_8))
                    .containsExactly("ce_id=a", "redrive_of=" + id);
        });
        DeadLetter redriven = ledger.redrive(id);
        assertThat(redriven.state()).isEqualTo(DeadLetterState.REDRIVEN);
        assertThat(redriven.sends()).isOne();
        assertThat(redriven.redrivenAt()).isNotNull();
        redriver(this::take).redrive();
        assertThat(sent).hasSize(1);
    }

    @Test
    void aProcessThatDiesBetweenSendAndMarkLeavesTheRecordToTheNext() {
        ledger.keep(letter("events", "internal", "x"));
        ledger.keep(letter("events", "internal", "x"));
        ledger.redrive(ALL);

        assertThatThrownBy(() -> redriver(message -> {
            take(message);
            if (sent.size() == 2) {
                throw new IllegalStateException("the process dies here");
            }
            return CompletableFuture.completedFuture(null);
        }).redrive()).hasMessage("the process dies here");
        assertThat(all()).extracting(DeadLetter::state).containsOnly(DeadLetterState.REDRIVING);
        redriver(this::take).redrive();

        assertThat(sent).hasSize(4);
        assertThat(all()).extracting(DeadLetter::state).containsOnly(DeadLetterState.REDRIVEN);
    }

    @Test
    void whatTheBrokerDoesNotTakeIsSentWhenItIsBack() {
        for (int i = 0; i < 30; i++) {
            ledger.keep(letter("events", "internal", "x"));
        }
        ledger.redrive(ALL);

        assertThatThrownBy(() -> redriver(message -> sent.size() < 5 ? take(message) : refused(new IllegalStateException("away"))).redrive())
                .isInstanceOf(CascadeException.class).hasMessageContaining("tried again");
        assertThat(all()).filteredOn(letter -> letter.state() == DeadLetterState.REDRIVEN).hasSize(5);
        redriver(this::take).redrive();

        assertThat(sent).hasSize(30);
        assertThat(all()).extracting(DeadLetter::sends).containsOnly(1);
    }

    @Test
    void whatTheBrokerNeverTakesIsKept() {
        ledger.keep(letter("events", "internal", "x"));
        ledger.redrive(ALL);

        redriver(message -> refused(new RecordTooLargeException("limits were lowered"))).redrive();

        assertThat(all()).singleElement().satisfies(letter -> assertThat(letter.state()).isEqualTo(DeadLetterState.KEPT));
    }

    @Test
    void redrivesWhatMatchesOldestFirstAsManyAsOneRequestMay() {
        ledger.keep(letter("events", "internal", "x"));
        ledger.keep(letter("requests", "key_reused", "x"));
        ledger.keep(letter("events", "invalid_request", "x"));
        ledger.keep(letter("events", "internal", "x"));
        DeadLetterFilter filter = new DeadLetterFilter("events", "internal", null, 1);
        List<Long> ids = all().stream().map(DeadLetter::id).sorted().toList();

        assertThat(ledger.redrive(filter)).containsExactly(ids.get(0));
        assertThat(ledger.anyKept(filter)).isTrue();
        assertThat(ledger.redrive(filter)).containsExactly(ids.get(3));
        assertThat(ledger.anyKept(filter)).isFalse();
        assertThat(ledger.redrive(filter)).isEmpty();
        assertThat(ledger.page(ALL, DeadLetterState.KEPT, null)).extracting(DeadLetter::code)
                .containsExactly("invalid_request", "key_reused");
        assertThat(ledger.page(new DeadLetterFilter("requests", null, null, 1), null, null)).hasSize(1);
        assertThat(ledger.page(ALL, null, ids.get(1))).extracting(DeadLetter::id).containsExactly(ids.get(0));
    }

    @Test
    void forgetsTheOldAndTheOldestOfTooMany() {
        ledger.keep(letter("events", "internal", "old, to be sent"));
        ledger.redrive(ALL);
        ledger.keep(letter("events", "internal", "old"));
        DATABASE.ledgerAhead(Duration.ofDays(8));
        for (int i = 0; i < 4; i++) {
            ledger.keep(letter("events", "internal", "new " + i));
        }

        assertThat(ledger.clean(Duration.ofDays(7).toSeconds(), 3)).isEqualTo(2);

        assertThat(all()).extracting(DeadLetter::reason).containsExactly("new 3", "new 2", "new 1", "old, to be sent");
    }

    private List<DeadLetter> all() {
        return ledger.page(ALL, null, null);
    }

    private Redriver redriver(Redriver.Sender sender) {
        return new Redriver(ledger, transactions, sender);
    }

    private CompletableFuture<?> take(ProducerRecord<byte[], byte[]> message) {
        sent.add(message);
        return CompletableFuture.completedFuture(null);
    }

    private static CompletableFuture<?> refused(Exception why) {
        return CompletableFuture.failedFuture(why);
    }

    private ConsumerRecord<byte[], byte[]> letter(String topic, String code, @Nullable String reason) {
        ConsumerRecord<byte[], byte[]> letter = new ConsumerRecord<>(
                topic + "-dlt", 0, offset++, "key".getBytes(UTF_8), "value".getBytes(UTF_8));
        letter.headers().add("ce_id", "a".getBytes(UTF_8));
        letter.headers().add("dlt_topic", topic.getBytes(UTF_8)).add("dlt_partition", "3".getBytes(UTF_8))
                .add("dlt_offset", "17".getBytes(UTF_8)).add("dlt_code", code.getBytes(UTF_8))
                .add("dlt_reason", String.valueOf(reason).getBytes(UTF_8));
        return letter;
    }
}
