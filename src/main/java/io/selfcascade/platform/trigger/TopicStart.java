package io.selfcascade.platform.trigger;

import io.selfcascade.platform.intake.IntakeLimits;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.ScheduleSource;
import io.selfcascade.platform.intake.Submission;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.intake.WorkloadRequest;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.SequenceInputStream;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Makes one workload of the items a topic has got since the last run. The offsets are rows beside the run's: they move in the
 * transaction that makes the workload, so that a record is in one workload, whoever dies when.
 */
final class TopicStart {

    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final ScheduleOffsets offsets;
    private final WorkloadIntake intake;
    private final ScheduleRuns runs;
    private final IntakeLimits limits;
    private final String prefix;

    /**
     * @param consumers of no group; closed here
     * @param prefix with the tenant behind it, begins the name of every topic the tenant may collect
     */
    TopicStart(Supplier<Consumer<byte[], byte[]>> consumers, ScheduleOffsets offsets, WorkloadIntake intake, ScheduleRuns runs,
            IntakeLimits limits, String prefix) {
        this.consumers = consumers;
        this.offsets = offsets;
        this.intake = intake;
        this.runs = runs;
        this.limits = limits;
        this.prefix = prefix;
    }

    /** The user's connection, and what collecting depends on: no group, and nothing of a transaction that was aborted. */
    static Map<String, Object> settings(Map<String, Object> users) {
        Map<String, Object> settings = new HashMap<>(users);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return settings;
    }

    /** Refuses another tenant's topics and the platform's own, and a workload that could not be accepted. */
    void check(String tenant, ScheduleSource.Topic topic) {
        String begin = prefix + "." + tenant + ".";
        if (!topic.name().startsWith(begin)) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/topic/name", Violation.Kind.INVALID_VALUE,
                    "Not a topic you may collect (expected a name that begins with " + begin + ")");
        }
        intake.check(topic.workload());
    }

    /** In the transaction of a run, whose row is there. */
    void start(Schedule schedule, ScheduleSource.Topic topic, long run, LocalDateTime logicalDate) {
        check(schedule.tenant(), topic);
        try (Consumer<byte[], byte[]> consumer = consumers.get()) {
            TopicSlice slice = TopicSlice.open(consumer, topic.name(), offsets.of(schedule.id(), topic.name()), limits);
            boolean isEmpty = !slice.hasMoreElements();
            if (!isEmpty) {
                submit(schedule, topic.workload(), slice, run, logicalDate);
            }
            offsets.move(schedule.id(), slice.positions());
            runs.decide(run, State.STARTED, reason(slice, isEmpty));
        } catch (KafkaException e) {
            throw new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE,
                    "Cannot collect topic " + topic.name() + ": " + e.getMessage() + " (is the broker up?)", e);
        }
    }

    private void submit(Schedule schedule, WorkloadRequest template, TopicSlice slice, long run, LocalDateTime logicalDate) {
        WorkloadRequest request = template.named(DatePlaceholder.fill(template.name(), logicalDate));
        RequestIdentity identity = new RequestIdentity(schedule.sender(), logicalDate.toString());
        Submission submission = intake.submit(request, new SequenceInputStream(slice), identity);
        if (submission.replayed()) {
            // Its items are those of that time: moving the offsets would lose these.
            throw new CascadeException(ErrorCode.CONFLICT, "Cannot collect for " + logicalDate + ": workload "
                    + submission.workloadId() + " was made of this date before (trigger a run)");
        }
        runs.addWorkload(schedule.id(), run, submission.workloadId());
    }

    private static @Nullable String reason(TopicSlice slice, boolean isEmpty) {
        String lost = slice.lost() == 0 ? "" : slice.lost() + " records were gone from the topic before they were collected";
        String rest = isEmpty ? "No new records" : slice.isCut() ? "The next run takes more records" : "";
        return lost.isEmpty() && rest.isEmpty() ? null : rest + (rest.isEmpty() || lost.isEmpty() ? "" : "; ") + lost;
    }
}
