package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Hands the beats of workers to the ledger. What is no beat is a dead letter; a tombstone is nothing. */
final class BeatListener {

    private final BeatLedger ledger;
    private final DeadLetters deadLetters;

    BeatListener(BeatLedger ledger, DeadLetters deadLetters) {
        this.ledger = ledger;
        this.deadLetters = deadLetters;
    }

    void apply(List<ConsumerRecord<String, byte[]>> records) {
        List<WorkerBeat> beats = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> message : records) {
            if (message.value() != null) {
                try {
                    beats.add(read(message));
                } catch (CascadeException e) {
                    deadLetters.send(message, e);
                }
            }
        }
        ledger.apply(beats);
    }

    private static WorkerBeat read(ConsumerRecord<String, byte[]> message) {
        String type = CloudEvents.attribute(message.headers(), "ce_type");
        if (type != null && !type.equals(CloudEvents.WORKER_BEAT)) {
            throw refused("type " + type, "expected " + CloudEvents.WORKER_BEAT);
        }
        WorkerBeat beat = MessageJson.readBeat(message.value());
        if (beat.slots() < 1 || beat.slots() > 1_000 || !beat.pool().matches("[a-z0-9-]{1,64}")) {
            throw refused("pool " + beat.pool() + " with " + beat.slots() + " slots",
                    "expected 1..1000 slots and a pool of lower-case letters, digits and -");
        }
        if (beat.seq() < 1) {
            throw refused("seq " + beat.seq(), "expected a number that grows from 1 with every beat of a boot");
        }
        return beat;
    }

    private static CascadeException refused(String what, String remedy) {
        return new CascadeException(ErrorCode.INVALID_REQUEST, "Cannot accept beat: " + what + " (" + remedy + ")");
    }
}
