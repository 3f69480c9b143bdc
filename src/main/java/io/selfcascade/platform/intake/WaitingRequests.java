package io.selfcascade.platform.intake;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaOperations;

/**
 * Moves requests beyond their tenants' quotas to a topic of their own, where each waits for room. A tenant's requests keep
 * their order there; behind them wait only those of tenants that share the partition and are beyond their quota too.
 */
final class WaitingRequests implements WorkloadListener.SetAside {

    static final String SUFFIX = "-waiting";
    static final int PARTITIONS = 4;

    private static final Logger log = LoggerFactory.getLogger(WaitingRequests.class);
    private static final int PATIENCE_SECONDS = 25;

    private final KafkaOperations<byte[], byte[]> kafka;

    WaitingRequests(KafkaOperations<byte[], byte[]> kafka) {
        this.kafka = kafka;
    }

    @Override
    public void accept(ConsumerRecord<byte[], byte[]> message, String tenant, CascadeException refusal) {
        ProducerRecord<byte[], byte[]> waiting = new ProducerRecord<>(message.topic() + SUFFIX,
                Math.floorMod(tenant.hashCode(), PARTITIONS), message.key(), message.value(), message.headers());
        try {
            kafka.send(waiting).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notMoved(e);
        } catch (ExecutionException | TimeoutException e) {
            throw notMoved(e);
        }
        log.info("request waits tenant={} topic={} offset={} reason={}", tenant, message.topic(), message.offset(), refusal.getMessage());
    }

    private static CascadeException notMoved(Exception cause) {
        return new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE,
                "Cannot set the request aside: the broker does not answer (it is tried again)", cause);
    }
}
