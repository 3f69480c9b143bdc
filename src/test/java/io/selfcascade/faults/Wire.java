package io.selfcascade.faults;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Somebody who can write to every topic, and writes what he likes. */
final class Wire implements AutoCloseable {

    private final Map<String, Object> settings;
    private final Producer<byte[], byte[]> producer;

    Wire(Cluster cluster) {
        settings = Map.of("bootstrap.servers", cluster.broker.address(), "max.request.size", 4 << 20);
        producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** @param headers name, value, name, value, … */
    void send(String topic, @Nullable String key, byte @Nullable [] value, String... headers) throws ExecutionException, InterruptedException {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, key == null ? null : bytes(key), value);
        for (int i = 0; i < headers.length; i += 2) {
            message.headers().add(headers[i], bytes(headers[i + 1]));
        }
        producer.send(message).get();
    }

    void request(String topic, String id, String body) throws ExecutionException, InterruptedException {
        send(topic, id, bytes(body), "ce_specversion", "1.0", "ce_type", "io.selfcascade.workload.requested", "ce_source", "/faults",
                "ce_id", id, "content-type", "application/json");
    }

    void again(ConsumerRecord<byte[], byte[]> message) throws ExecutionException, InterruptedException {
        Headers headers = message.headers();
        producer.send(new ProducerRecord<>(message.topic(), null, message.key(), message.value(), headers)).get();
    }

    /** Everything a topic holds. */
    List<ConsumerRecord<byte[], byte[]>> all(String topic) {
        Map<String, Object> reading = new HashMap<>(Map.of("bootstrap.servers", settings.get("bootstrap.servers"), "enable.auto.commit", false,
                "auto.offset.reset", "earliest"));
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (Consumer<byte[], byte[]> reader = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = reader.partitionsFor(topic).stream().map(p -> new TopicPartition(topic, p.partition())).toList();
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> reader.position(p) < ends.get(p))) {
                reader.poll(Duration.ofMillis(200)).forEach(all::add);
            }
        }
        return all;
    }

    long count(String topic) {
        return all(topic).size();
    }

    void deleteTopic(String topic) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", settings.get("bootstrap.servers")))) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    @Override
    public void close() {
        producer.close();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
