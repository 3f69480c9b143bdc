package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.embedded.SharedInfrastructure;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.WorkloadAccepted;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationEventPublisher;

/** Runs that are made of the records of a topic. */
class TopicStartTest {

    private static final Map<String, Object> KAFKA = Map.of("bootstrap.servers", SharedInfrastructure.bootstrapServers());

    private final ScheduleFixture fixture = new ScheduleFixture();
    private final DueSchedules coordinator = fixture.coordinator();
    private final String topic = ScheduleFixture.TOPICS + ".default." + UUID.randomUUID();

    @Test
    void collectsWhatCameSinceTheLastRunIntoOneWorkload() {
        UUID nightly = collecting();
        send(0, item("a"));
        send(1, item("b"));

        lookAt("2026-11-25T02:30:00Z");
        send(0, item("c"));
        lookAt("2026-11-26T02:30:00Z");
        lookAt("2026-11-27T02:30:00Z");

        assertThat(items(nightly, "2026-11-25T02:30")).containsExactlyInAnyOrder(item("a"), item("b"));
        assertThat(items(nightly, "2026-11-26T02:30")).containsExactly(item("c"));
        assertThat(fixture.run(nightly, "2026-11-27T02:30").workloads()).isEmpty();
        assertThat(fixture.run(nightly, "2026-11-27T02:30").reason()).isEqualTo("No new records");
        assertThat(fixture.count("workload WHERE name = 'nightly 2026-11-25'")).isEqualTo(1);
    }

    @Test
    void aRecordIsOneLineAndOneThatSaysNothingIsNone() {
        UUID nightly = collecting();
        send(0, "{\n \"prompt\":\r\n \"a\"}");
        send(0, null);
        send(0, "  \n");
        send(0, "no item");

        lookAt("2026-11-25T02:30:00Z");

        assertThat(items(nightly, "2026-11-25T02:30")).containsExactly("{  \"prompt\":   \"a\"}", "no item");
    }

    @Test
    void aCoordinatorThatDiesMovesNoOffsets() {
        UUID nightly = collecting();
        send(0, item("a"));
        ApplicationEventPublisher dies = event -> {
            fixture.ledger.publishEvent(event);
            if (event instanceof WorkloadAccepted) {
                fixture.jdbc.sql("SELECT pg_terminate_backend(pg_backend_pid())").query().listOfRows();
            }
        };

        fixture.at("2026-11-25T02:30:00Z");
        fixture.coordinator(dies).decide();
        assertThat(fixture.count("schedule_offset")).isZero();
        assertThat(fixture.count("workload")).isZero();

        lookAt("2026-11-25T02:30:05Z");

        assertThat(items(nightly, "2026-11-25T02:30")).containsExactly(item("a"));
        assertThat(fixture.count("workload")).isEqualTo(1);
    }

    @Test
    void leavesWhatAWorkloadMayNotHaveToTheNextRun() {
        UUID nightly = collecting();
        for (int i = 0; i < ScheduleFixture.MOST_ITEMS + 1; i++) {
            send(0, item("p" + i));
        }

        lookAt("2026-11-25T02:30:00Z");
        lookAt("2026-11-26T02:30:00Z");

        assertThat(items(nightly, "2026-11-25T02:30")).hasSize(ScheduleFixture.MOST_ITEMS);
        assertThat(fixture.run(nightly, "2026-11-25T02:30").reason()).isEqualTo("The next run takes more records");
        assertThat(items(nightly, "2026-11-26T02:30")).containsExactly(item("p" + ScheduleFixture.MOST_ITEMS));
    }

    @Test
    void saysHowManyRecordsTheTopicHadDropped() {
        UUID nightly = collecting();
        send(0, item("a"));
        lookAt("2026-11-25T02:30:00Z");
        send(0, item("b"));
        send(0, item("c"));
        admin(admin -> admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(2))).all().get());

        lookAt("2026-11-26T02:30:00Z");

        assertThat(items(nightly, "2026-11-26T02:30")).containsExactly(item("c"));
        assertThat(fixture.run(nightly, "2026-11-26T02:30").reason())
                .isEqualTo("1 records were gone from the topic before they were collected");
    }

    @Test
    void aTopicThatIsNotThereFailsTheRun() {
        UUID nightly = schedule(topic);

        lookAt("2026-11-25T02:30:00Z");

        assertThat(fixture.run(nightly, "2026-11-25T02:30").state()).isEqualTo(State.FAILED);
        assertThat(fixture.run(nightly, "2026-11-25T02:30").reason()).contains("there is no such topic");
    }

    @Test
    void refusesTheTopicsOfOthers() {
        for (String forbidden : new String[] {"selfcascade.task-events.v1", ScheduleFixture.TOPICS + ".another.t"}) {
            assertThatThrownBy(() -> schedule(forbidden)).isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(ScheduleFixture.TOPICS + ".default.");
        }
    }

    private UUID collecting() {
        admin(admin -> admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1))).all().get());
        return schedule(topic);
    }

    private UUID schedule(String name) {
        return fixture.schedule("\"name\": \"collected\", \"cron\": \"30 2 * * *\", \"time_zone\": \"UTC\","
                + " \"overlap_policy\": \"allow\", \"topic\": {\"name\": \"" + name + "\", \"workload\": {\"name\": \"nightly {date}\","
                + " \"model\": \"scenes\", \"cascade\": {\"preset\": \"fast\", \"target\": {\"width\": 128, \"height\": 128}}}}");
    }

    private List<String> items(UUID schedule, String logicalDate) {
        UUID workload = fixture.run(schedule, logicalDate).workloads().get(0);
        try (InputStream in = fixture.store.open(WorkloadIntake.itemsKey(workload))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String item(String prompt) {
        return "{\"prompt\": \"" + prompt + "\"}";
    }

    private void send(int partition, @Nullable String value) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(KAFKA, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, partition, null, value == null ? null : value.getBytes(StandardCharsets.UTF_8)))
                    .get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private static void admin(Order order) {
        try (Admin admin = Admin.create(KAFKA)) {
            order.give(admin);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void lookAt(String time) {
        fixture.at(time);
        coordinator.decide();
    }

    private interface Order {
        void give(Admin admin) throws Exception;
    }
}
