package io.selfcascade.platform.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@IntakeTest
class WorkloadListenerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Autowired
    private IntakeProperties properties;

    @Autowired
    private RequestSender sender;

    @Autowired
    private Workloads workloads;

    @Autowired
    private TestDatabase database;

    @Autowired
    private IntakeTest.Ledger ledger;

    @Test
    void acceptsGoodRecordsOnceAndPutsThePoisonBetweenThemAside() throws Exception {
        int refusedBefore = deadLetters(0).size();

        send("good-1", body("good-1"));
        send("not-json", "{");
        send("cut", body("cut").substring(0, 40));
        send("empty", "");
        sendBytes("tombstone", null);
        sendBytes("not-utf8", new byte[] {'{', '"', (byte) 0xC3, '"', '}'});
        send("unknown-field", body("unknown-field").replace("\"items\"", "\"itmes\""));
        send("unknown-model", body("unknown-model").replace("scenes", "sdxl"));
        send("good-1", body("another body under an old id"));
        send("good-2", body("good-2"));
        send("good-2", body("good-2"));
        ProducerRecord<byte[], byte[]> anonymous = new ProducerRecord<>(properties.topic(), body("anonymous").getBytes(UTF_8));
        sender.kafka().send(anonymous).get(10, TimeUnit.SECONDS);
        ProducerRecord<byte[], byte[]> foreign = new ProducerRecord<>(properties.topic(), body("foreign").getBytes(UTF_8));
        foreign.headers().add("ce_type", "com.example.other".getBytes(UTF_8));
        sender.kafka().send(foreign).get(10, TimeUnit.SECONDS);
        send("good-3", body("good-3"));

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(workload("good-3")).isTrue());
        assertThat(workload("good-1")).isTrue();
        assertThat(workload("good-2")).isTrue();
        List<ConsumerRecord<byte[], byte[]>> refused = deadLetters(refusedBefore + 10).subList(refusedBefore, refusedBefore + 10);
        assertThat(refused).extracting(record -> header(record, "ce_id")).containsExactly(
                "not-json", "cut", "empty", "tombstone", "not-utf8", "unknown-field", "unknown-model", "good-1", null, null);
        assertThat(refused).extracting(record -> header(record, RefusedRecords.ERROR_CODE)).containsExactly(
                "invalid_request", "invalid_request", "invalid_request", "invalid_request", "invalid_request",
                "invalid_request", "invalid_request", "key_reused", "invalid_request", "invalid_request");
        assertThat(header(refused.get(5), RefusedRecords.VIOLATIONS)).contains("/itmes", "unknown_field", "/items");
        assertThat(header(refused.get(7), RefusedRecords.ERROR_DETAIL)).contains("good-1", "another body", "send a new key");
        assertThat(header(refused.get(8), RefusedRecords.ERROR_DETAIL)).contains("ce_source is missing");
        assertThat(header(refused.get(9), RefusedRecords.ERROR_DETAIL)).contains("another type");
        assertThat(refused.get(0).value()).isEqualTo("{".getBytes(UTF_8));
        assertThat(refused).allMatch(record -> header(record, "dlt_topic").equals(properties.topic())
                && header(record, "dlt_offset") != null);
        assertThat(refused).allSatisfy(record -> assertThat(record.headers().toArray()).extracting(Header::key)
                .noneMatch(name -> name.startsWith("kafka_")));
    }

    @Test
    void keepsARequestWhileTheDatabaseIsDown() throws Exception {
        send("before", body("before"));
        await().atMost(PATIENCE).until(() -> workload("before"));
        int refusedBefore = deadLetters(0).size();

        try (Connection repair = administrator(); Statement sql = repair.createStatement()) {
            sql.execute("ALTER DATABASE " + database.name() + " ALLOW_CONNECTIONS false");
            sql.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = '" + database.name() + "'");
            send("during", body("during"));
            TimeUnit.SECONDS.sleep(2);
            sql.execute("ALTER DATABASE " + database.name() + " ALLOW_CONNECTIONS true");
        }

        await().atMost(PATIENCE).ignoreExceptions().until(() -> workload("during"));
        assertThat(deadLetters(0)).hasSize(refusedBefore);
    }

    @Test
    void aRequestBeyondItsQuotaWaitsWithoutHoldingUpOthersAndIsNotLost() throws Exception {
        int refusedBefore = deadLetters(0).size();
        ledger.fullTenant = "full";

        send("waits-1", body("waits-1").replace("{\"model\"", "{\"tenant\":\"full\",\"model\""));
        send("waits-2", body("waits-2").replace("{\"model\"", "{\"tenant\":\"full\",\"model\""));
        send("not-held-up", body("not-held-up"));

        await().atMost(PATIENCE).until(() -> workload("not-held-up"));
        assertThat(workload("full", "waits-1")).isFalse();
        ledger.fullTenant = "";
        await().atMost(PATIENCE).until(() -> workload("full", "waits-1") && workload("full", "waits-2"));
        assertThat(deadLetters(0)).hasSize(refusedBefore);
    }

    /** A connection beside the module's own database. */
    private Connection administrator() throws SQLException {
        HikariDataSource source = database.dataSource();
        String url = source.getJdbcUrl().replace("/" + database.name(), "/postgres");
        return DriverManager.getConnection(url, source.getUsername(), source.getPassword());
    }

    private void send(String id, String body) throws Exception {
        sendBytes(id, body.getBytes(UTF_8));
    }

    private void sendBytes(String id, byte @Nullable [] body) throws Exception {
        sender.send(properties.topic(), "test", id, IntakeTest.NOW, body).get(10, TimeUnit.SECONDS);
    }

    private static String body(String prompt) {
        return "{\"model\":\"scenes\",\"cascade\":{\"target\":{\"width\":256,\"height\":256}},\"items\":[{\"prompt\":\""
                + prompt + "\"}]}";
    }

    private boolean workload(String key) {
        return workload("default", key);
    }

    private boolean workload(String tenant, String key) {
        return workloads.findByTenantAndSourceAndRequestKey(tenant, "test", key).isPresent();
    }

    /** Reads the dead letters from the start, waiting until there are enough. */
    private List<ConsumerRecord<byte[], byte[]>> deadLetters(int enough) {
        TopicPartition partition = new TopicPartition(properties.topic() + "-dlt", 0);
        List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", SharedInfrastructure.bootstrapServers()),
                new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(letters::add);
                return letters.size() >= Math.max(enough, end);
            });
        }
        return letters;
    }

    private static @Nullable String header(ConsumerRecord<?, ?> record, String name) {
        return record.headers().lastHeader(name) == null ? null : new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
