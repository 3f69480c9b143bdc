package io.selfcascade.platform.dispatch.message;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * Makes the topics and the share groups. Both roles call it before their first use of a topic: whoever comes first
 * creates, the other finds.
 */
public final class TaskTopics {

    private static final long PATIENCE_SECONDS = 60;
    private static final String DAY = "86400000";
    private static final String WEEK = "604800000";

    private final Topics names;
    private final Map<String, Object> clientSettings;

    /** @param clientSettings Kafka client settings; at least {@code bootstrap.servers} */
    public TaskTopics(Topics names, Map<String, Object> clientSettings) {
        this.names = names;
        this.clientSettings = Map.copyOf(clientSettings);
    }

    /**
     * Creates what is missing and leaves what exists.
     *
     * @param pools pools whose task topic and share group are wanted
     * @throws CascadeException INTERNAL if the broker does not answer or refuses
     */
    public void ensure(Collection<String> pools) {
        try (Admin admin = Admin.create(clientSettings)) {
            List<NewTopic> topics = sharedTopics();
            pools.forEach(pool -> topics.add(topic(names.tasks(pool), 1, "delete", DAY)));
            for (var created : admin.createTopics(topics).values().values()) {
                awaitCreated(created);
            }
            if (!pools.isEmpty()) {
                admin.incrementalAlterConfigs(startFromEarliest(pools)).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw refused(pools, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(pools, e);
        }
    }

    private List<NewTopic> sharedTopics() {
        List<NewTopic> topics = new ArrayList<>();
        // The one topic whose records the ledger could not send again: to disk with every request.
        topics.add(new NewTopic(names.workloads(), Optional.of(1), Optional.empty())
                .configs(Map.of("retention.ms", WEEK, "flush.messages", "1")));
        topics.add(topic(names.taskEvents(), 8, "delete", WEEK));
        // One partition: the beats of all workers stay in one order, and the last beat of each outlives the rest.
        topics.add(topic(names.workers(), 1, "compact,delete", DAY));
        // An order is of use only as long as a message about its subject may wait, so it need not be taken back.
        topics.add(topic(names.control(), 1, "compact,delete", WEEK));
        topics.add(topic(names.workloadEvents(), 1, "delete", WEEK));
        for (String source : List.of(names.workloads(), names.taskEvents(), names.workers())) {
            topics.add(topic(Topics.deadLetters(source), 1, "delete", WEEK));
        }
        return topics;
    }

    private static NewTopic topic(String name, int partitions, String cleanup, String retentionMs) {
        // No replication factor: the broker's default knows the size of its cluster.
        return new NewTopic(name, Optional.of(partitions), Optional.empty())
                .configs(Map.of("cleanup.policy", cleanup, "retention.ms", retentionMs));
    }

    /** A share group starts at the end of its topic by default: a message sent before the first poll would be lost. */
    private Map<ConfigResource, Collection<AlterConfigOp>> startFromEarliest(Collection<String> pools) {
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        for (String pool : pools) {
            changes.put(
                    new ConfigResource(ConfigResource.Type.GROUP, names.taskGroup(pool)),
                    List.of(new AlterConfigOp(
                            new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET)));
        }
        return changes;
    }

    private static void awaitCreated(KafkaFuture<Void> created)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            created.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private static CascadeException refused(Collection<String> pools, Exception cause) {
        return new CascadeException(
                ErrorCode.INTERNAL,
                "Cannot create topics for pools: " + pools + " (is the broker reachable, and may we create topics?)",
                cause);
    }
}
