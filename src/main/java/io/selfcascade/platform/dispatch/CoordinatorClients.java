package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskTopics;
import io.selfcascade.platform.dispatch.message.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The coordinator's Kafka clients: the user's connection settings, and ours where the protocol depends on them. */
final class CoordinatorClients implements MessageSender, AutoCloseable {

    private static final int MOST_EVENTS_AT_ONCE = 500;

    private final Topics names;
    private final Map<String, Object> consumer;
    private final Map<String, Object> admin;
    private final Producer<String, byte[]> producer;

    CoordinatorClients(
            Topics names, Map<String, Object> producer, Map<String, Object> consumer, Map<String, Object> admin) {
        this.names = names;
        this.consumer = Map.copyOf(consumer);
        this.admin = Map.copyOf(admin);
        this.producer = producer(producer);
    }

    TaskTopics topics() {
        return new TaskTopics(names, admin);
    }

    /** A member of the ledger's group; its user closes it. */
    Consumer<String, byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(consumer);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, names.ledgerGroup());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_EVENTS_AT_ONCE);
        return new KafkaConsumer<>(settings);
    }

    @Override
    public CompletableFuture<?> send(ProducerRecord<String, byte[]> message) {
        return Sending.of(producer, message);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }

    private static Producer<String, byte[]> producer(Map<String, Object> users) {
        Map<String, Object> settings = new HashMap<>(users);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // A send ends, one way or the other, before the lease of a dispatch that is being sent.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
        return new KafkaProducer<>(settings);
    }
}
