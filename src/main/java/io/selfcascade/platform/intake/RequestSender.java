package io.selfcascade.platform.intake;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.core.KafkaTemplate;

/** Sends workload requests to Kafka as any client would: a JSON body with CloudEvents headers. */
final class RequestSender implements AutoCloseable {

    private final DefaultKafkaProducerFactory<byte[], byte[]> producers;
    private final KafkaTemplate<byte[], byte[]> kafka;

    private RequestSender(DefaultKafkaProducerFactory<byte[], byte[]> producers) {
        this.producers = producers;
        this.kafka = new KafkaTemplate<>(producers);
    }

    /** @param settings of a Kafka producer, serializers excepted */
    static RequestSender with(Map<String, Object> settings) {
        return new RequestSender(
                new DefaultKafkaProducerFactory<>(settings, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    KafkaOperations<byte[], byte[]> kafka() {
        return kafka;
    }

    /** @return completes when the broker has the request */
    CompletableFuture<?> send(String topic, String source, String id, Instant time, byte @Nullable [] body) {
        ProducerRecord<byte[], byte[]> request =
                new ProducerRecord<>(topic, id.getBytes(StandardCharsets.UTF_8), body);
        header(request, RequestHeaders.CE_SPECVERSION, "1.0");
        header(request, RequestHeaders.CE_TYPE, RequestHeaders.TYPE);
        header(request, RequestHeaders.CE_SOURCE, source);
        header(request, RequestHeaders.CE_ID, id);
        header(request, RequestHeaders.CE_TIME, time.toString());
        header(request, "content-type", "application/json");
        return kafka.send(request);
    }

    @Override
    public void close() {
        producers.destroy();
    }

    private static void header(ProducerRecord<byte[], byte[]> request, String name, String value) {
        request.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
