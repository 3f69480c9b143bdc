package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.CloudEvents;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the pools supplied: picks tasks, commits, then sends. What cannot be sent is ready again. */
final class Dispatcher {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    /** Longer than the producer itself tries, so that its answer is final. */
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final DispatchLedger ledger;
    private final PoolTopics topics;
    private final MessageSender sender;
    private final InstantSource clock;
    private final Failpoints failpoints;

    Dispatcher(
            DispatchLedger ledger, PoolTopics topics, MessageSender sender, InstantSource clock, Failpoints failpoints) {
        this.ledger = ledger;
        this.topics = topics;
        this.sender = sender;
        this.clock = clock;
        this.failpoints = failpoints;
    }

    /** Looks once at every pool. @return number of messages the broker took */
    int tick() throws InterruptedException {
        int sent = 0;
        for (String pool : ledger.pools()) {
            sent += supply(pool);
        }
        return sent;
    }

    private int supply(String pool) throws InterruptedException {
        List<TaskMessage> messages = ledger.pick(pool);
        if (messages.isEmpty()) {
            return 0;
        }
        failpoints.reached(Failpoints.Effect.DISPATCH_COMMITTED);
        Map<TaskMessage, CompletableFuture<?>> underWay = new LinkedHashMap<>();
        messages.forEach(message -> underWay.put(message, send(message)));
        failpoints.reached(Failpoints.Effect.DISPATCH_SENT);
        List<TaskMessage> sent = new ArrayList<>();
        for (Map.Entry<TaskMessage, CompletableFuture<?>> entry : underWay.entrySet()) {
            if (arrives(entry.getKey(), entry.getValue())) {
                sent.add(entry.getKey());
            }
        }
        if (!sent.isEmpty()) {
            ledger.sent(sent);
        }
        return sent.size();
    }

    private CompletableFuture<?> send(TaskMessage message) {
        try {
            String topic = topics.ensure(message.pool());
            String id = Long.toString(message.dispatchId());
            return sender.send(CloudEvents.record(
                    topic, id, CloudEvents.TASK, "coordinator", id, clock.instant(), MessageJson.write(message)));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private boolean arrives(TaskMessage message, CompletableFuture<?> sending) throws InterruptedException {
        try {
            sending.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            log.debug("tasks sent dispatch={} pool={} stage={} tasks={}",
                    message.dispatchId(), message.pool(), message.stage().index(), message.tasks().size());
            return true;
        } catch (ExecutionException | TimeoutException e) {
            ledger.notSent(message);
            log.warn("tasks not sent dispatch={} pool={} tasks={} cause={}",
                    message.dispatchId(), message.pool(), message.tasks().size(), String.valueOf(e.getCause()));
            return false;
        }
    }
}
