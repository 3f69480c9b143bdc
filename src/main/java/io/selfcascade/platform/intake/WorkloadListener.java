package io.selfcascade.platform.intake;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.MessageListener;

/**
 * Takes workload requests from Kafka. A record's offset is committed after its rows, so a crash between the two delivers
 * the record again, and its identity then finds the workload that is already there.
 *
 * <p>A request beyond what its tenant may have is set aside, so that it waits without holding up others.
 */
final class WorkloadListener implements MessageListener<byte[], byte[]> {

    private static final Logger log = LoggerFactory.getLogger(WorkloadListener.class);

    private final WorkloadRequestReader reader;
    private final WorkloadIntake intake;
    private final SetAside setAside;

    WorkloadListener(WorkloadRequestReader reader, WorkloadIntake intake, SetAside setAside) {
        this.reader = reader;
        this.intake = intake;
        this.setAside = setAside;
    }

    @Override
    public void onMessage(ConsumerRecord<byte[], byte[]> message) {
        RequestIdentity identity = RequestHeaders.identity(message.headers());
        WorkloadRequest request = reader.read(message.value());
        try {
            Submission submission = intake.submit(request, identity);
            if (submission.replayed()) {
                log.info("workload known already workload={} source={} key={}",
                        submission.workloadId(), identity.source(), identity.key());
            }
        } catch (CascadeException e) {
            if (e.code() != ErrorCode.QUOTA_EXCEEDED) {
                throw e;
            }
            setAside.accept(message, request.tenant(), e);
        }
    }

    /** What becomes of a request beyond its tenant's quota. Durable when this returns. */
    @FunctionalInterface
    interface SetAside {

        /** The record stays where it is and is tried again. */
        SetAside STAYS = (message, tenant, refusal) -> {
            throw refusal;
        };

        void accept(ConsumerRecord<byte[], byte[]> message, String tenant, CascadeException refusal);
    }
}
