package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskSucceeded;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.NonTransientDataAccessException;

/**
 * Hands the events of workers to the ledger, as many as came at once. One that cannot be applied goes to the dead
 * letters alone; the others are not held up by it.
 */
final class TaskEventListener {

    private static final Logger log = LoggerFactory.getLogger(TaskEventListener.class);
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Set<String> TYPES =
            Set.of(CloudEvents.TASK_SUCCEEDED, CloudEvents.TASK_FAILED, CloudEvents.TASK_DECLINED);

    private final TaskAcceptance acceptance;
    private final DeadLetters deadLetters;

    TaskEventListener(TaskAcceptance acceptance, DeadLetters deadLetters) {
        this.acceptance = acceptance;
        this.deadLetters = deadLetters;
    }

    /** Applies the events; when this returns, each is in the ledger or a dead letter. */
    void apply(List<ConsumerRecord<String, byte[]>> records) {
        List<Received> received = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> message : records) {
            try {
                received.add(new Received(message, read(message)));
            } catch (CascadeException e) {
                deadLetters.send(message, e);
            }
        }
        if (received.isEmpty()) {
            return;
        }
        try {
            int applied = acceptance.accept(received.stream().map(Received::event).toList());
            log.debug("events applied received={} applied={}", received.size(), applied);
        } catch (RuntimeException e) {
            if (!isPoison(e)) {
                throw e;
            }
            received.forEach(this::applyAlone);
        }
    }

    private void applyAlone(Received received) {
        try {
            acceptance.accept(List.of(received.event()));
        } catch (RuntimeException e) {
            if (!isPoison(e)) {
                throw e;
            }
            deadLetters.send(received.message(), e);
        }
    }

    private static TaskEvent read(ConsumerRecord<String, byte[]> message) {
        String type = CloudEvents.attribute(message.headers(), "ce_type");
        if (type != null && !TYPES.contains(type)) {
            throw refused("type " + type, "expected one of " + TYPES.stream().sorted().toList());
        }
        TaskEvent event = MessageJson.readEvent(message.value());
        if (event instanceof TaskSucceeded done) {
            checkArtifact(done);
        }
        return event;
    }

    /** A worker may write only where its dispatch told it to. */
    private static void checkArtifact(TaskSucceeded done) {
        String prefix = ArtifactPrefix.of(done.workloadId(), done.ordinal(), done.stage(), done.dispatchId());
        check(done.artifact(), prefix);
        if (done.preview() != null) {
            check(done.preview(), prefix);
        }
    }

    private static void check(TaskSucceeded.Artifact artifact, String prefix) {
        if (!artifact.key().startsWith(prefix)) {
            throw refused("artifact " + artifact.key(), "expected " + prefix + "…");
        }
        if (!SHA256.matcher(artifact.sha256()).matches()) {
            throw refused("digest " + artifact.sha256(), "expected 64 lower-case hex digits");
        }
    }

    private static CascadeException refused(String what, String remedy) {
        return new CascadeException(
                ErrorCode.INVALID_REQUEST, "Cannot accept task event: " + what + " (" + remedy + ")");
    }

    /** What fails however often it is tried. A database that is away is not the event's fault. */
    private static boolean isPoison(RuntimeException e) {
        return e instanceof CascadeException
                || (e instanceof NonTransientDataAccessException && !(e instanceof DataAccessResourceFailureException));
    }

    private record Received(ConsumerRecord<String, byte[]> message, TaskEvent event) {}
}
