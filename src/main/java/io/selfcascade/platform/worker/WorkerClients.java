package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.TaskTopics;
import io.selfcascade.platform.dispatch.message.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Makes a worker's Kafka clients: the user's connection settings, and ours where the protocol depends on them. */
final class WorkerClients {

    /** A share consumer refuses these outright; ordinary consumers of the same application have them set. */
    private static final List<String> NOT_FOR_SHARE_GROUPS = List.of(
            "auto.offset.reset", "enable.auto.commit", "group.instance.id", "isolation.level", "interceptor.classes",
            "partition.assignment.strategy", "session.timeout.ms", "heartbeat.interval.ms", "group.protocol",
            "group.remote.assignor");

    private static final int LONGEST_FETCH_MS = 50;

    private final Topics topics;
    private final Map<String, Object> producer;
    private final Map<String, Object> consumer;
    private final Map<String, Object> admin;

    WorkerClients(
            Topics topics, Map<String, Object> producer, Map<String, Object> consumer, Map<String, Object> admin) {
        this.topics = topics;
        this.producer = Map.copyOf(producer);
        this.consumer = Map.copyOf(consumer);
        this.admin = Map.copyOf(admin);
    }

    Topics topics() {
        return topics;
    }

    /** Makes the topics and the share group of the pool, whoever comes first. */
    void ensureTopics(String pool) {
        new TaskTopics(topics, admin).ensure(List.of(pool));
    }

    /** A producer whose acknowledgement means: every in-sync replica has it, once. */
    Producer<String, byte[]> producer() {
        Map<String, Object> settings = new HashMap<>(producer);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
        return new KafkaProducer<>(settings);
    }

    /** A member of the pool's share group that is handed one message at a time and keeps none in reserve. */
    ShareConsumer<String, byte[]> shareConsumer(String pool) {
        Map<String, Object> settings = reading();
        NOT_FOR_SHARE_GROUPS.forEach(settings::remove);
        settings.put(CommonClientConfigs.GROUP_ID_CONFIG, topics.taskGroup(pool));
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        settings.put(ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG, "record_limit");
        settings.put(ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG, "explicit");
        // A fetch that waits for a message keeps an acknowledgement waiting behind it: where a poll ends between the two,
        // the next message is there at once and its ACCEPT is not.
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, LONGEST_FETCH_MS);
        // A run lies between two polls and may take hours; beats, not polls, say that the worker lives.
        settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Integer.MAX_VALUE);
        return new KafkaShareConsumer<>(settings);
    }

    /** A reader without a group: it sees every record of the partitions it assigns itself. */
    Consumer<String, byte[]> reader() {
        Map<String, Object> settings = reading();
        settings.remove(CommonClientConfigs.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return new KafkaConsumer<>(settings);
    }

    private Map<String, Object> reading() {
        Map<String, Object> settings = new HashMap<>(consumer);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return settings;
    }
}
