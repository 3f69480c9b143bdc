package io.selfcascade.platform.intake;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.listener.MessageListener;

/**
 * Takes workload requests from Kafka. A record's offset is committed after its rows, so a crash between the two delivers
 * the record again, and its identity then finds the workload that is already there.
 */
final class WorkloadListener implements MessageListener<byte[], byte[]> {

    private static final Logger log = LoggerFactory.getLogger(WorkloadListener.class);

    private final WorkloadRequestReader reader;
    private final WorkloadIntake intake;

    WorkloadListener(WorkloadRequestReader reader, WorkloadIntake intake) {
        this.reader = reader;
        this.intake = intake;
    }

    @Override
    public void onMessage(ConsumerRecord<byte[], byte[]> message) {
        RequestIdentity identity = RequestHeaders.identity(message.headers());
        Submission submission = intake.submit(reader.read(message.value()), identity);
        if (submission.replayed()) {
            log.info("workload known already workload={} source={} key={}",
                    submission.workloadId(), identity.source(), identity.key());
        }
    }
}
