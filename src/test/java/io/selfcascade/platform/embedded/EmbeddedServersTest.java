package io.selfcascade.platform.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.selfcascade.spec.CascadeException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded broker and the lock of the directory, on a real disk. */
class EmbeddedServersTest {

    @TempDir
    private Path directory;

    @Test
    void keepsTopicsRecordsAndAddressOverARestart() throws Exception {
        int port;
        try (EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.start(directory, 0)) {
            port = broker.port();
            produce(broker.bootstrapServers(), "kept", "one");
        }

        try (EmbeddedKafkaBroker again = EmbeddedKafkaBroker.start(directory, port)) {
            assertThat(again.port()).isEqualTo(port);
            assertThat(read(again.bootstrapServers(), "kept")).containsExactly("one");
        }
    }

    @Test
    void refusesASecondOwnerAndSaysWhatToDo() {
        try (EmbeddedDirectory held = EmbeddedDirectory.lock(directory)) {
            assertThat(held.path()).isEqualTo(directory.toAbsolutePath());
            assertThatThrownBy(() -> EmbeddedDirectory.lock(directory))
                    .isInstanceOf(CascadeException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " is using it")
                    .hasMessageContaining("selfcascade.embedded.directory");
        }

        EmbeddedDirectory.lock(directory).close();
    }

    @Test
    void startsPostgresAgainWhereItWasAfterItsProcessWasKilled() throws SQLException {
        try (PostgresKeeper keeper = PostgresKeeper.start(directory, 0)) {
            int port = keeper.server().port();
            DataSource source = keeper.server().dataSource("postgres");
            execute(source, "CREATE TABLE kept AS SELECT 7 AS number");

            keeper.server().process().orElseThrow().destroyForcibly();

            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> execute(source, "SELECT number FROM kept"));
            assertThat(keeper.server().port()).isEqualTo(port);
        }
        assertThat(Postmaster.find(directory.resolve("postgres"))).isEmpty();
    }

    private static boolean execute(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }

    private static void produce(String servers, String topic, String value) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
        }
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, value)).get(30, TimeUnit.SECONDS);
        }
    }

    private static List<String> read(String servers, String topic) {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            return consumer.poll(Duration.ofSeconds(30)).records(new TopicPartition(topic, 0)).stream()
                    .map(record -> record.value()).toList();
        }
    }
}
