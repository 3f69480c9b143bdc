package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.faults.Node.Role;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What comes over the wire twice, broken, or from somebody who should not send it. */
final class Messages {

    private static final String WORKLOADS = Cluster.TOPICS.workloads();
    private static final String EVENTS = Cluster.TOPICS.taskEvents();
    private static final String BEATS = Cluster.TOPICS.workers();
    private static final String TASKS = Cluster.TOPICS.tasks("cpu");
    private static final String DEAD = "-dlt";

    private Messages() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario(1, "the same request three times, and a crash between its commit and its offset", Messages::sameRequest),
                new Scenario(1, "every event of every worker once more, shuffled", Messages::eventsAgain),
                new Scenario(1, "every task message once more", Messages::tasksAgain),
                new Scenario(2, "poison among requests", Messages::poisonRequests),
                new Scenario(2, "poison among events, beats and tasks", Messages::poisonEvents),
                new Scenario(3, "2 MB over Kafka, 1 GB over HTTP", Messages::tooLarge),
                new Scenario(9, "a pivot forged under its right digest", Messages::forgedPivots),
                new Scenario(26, "fields and types of another version", Messages::otherVersions),
                new Scenario(46, "gadgets: @class, __TypeId__, serialized Java, YAML tags", Messages::gadgets),
                new Scenario(49, "events with fences, folders and digests that are not theirs", Messages::forgedEvents));
    }

    private static void sameRequest(Cluster cluster) throws Exception {
        String id = UUID.randomUUID().toString();
        String body = Requests.body(Requests.prompts(6), 256, "");
        cluster.arm(Role.COORDINATOR, "intake.committed", "block");
        try (Wire wire = new Wire(cluster)) {
            wire.request(WORKLOADS, id, body);
            cluster.awaitHit("intake.committed").kill();
            wire.request(WORKLOADS, id, body);
            wire.request(WORKLOADS, id, body);
        }
        cluster.reviveDead();
        UUID workload = awaitRequest(cluster, id, 6);
        cluster.awaitState(workload, "completed");
        String last = UUID.randomUUID().toString();
        try (Wire wire = new Wire(cluster)) {
            wire.request(WORKLOADS, last, body);
        }
        // What came before it has been read by now.
        awaitRequest(cluster, last, 6);
        assertThat(cluster.jdbc().sql("SELECT count(*) FROM workload WHERE request_key = :id").param("id", id).query(Integer.class).single()).isOne();
    }

    private static void eventsAgain(Cluster cluster) throws Exception {
        UUID workload = cluster.requests.submit(24);
        cluster.awaitState(workload, "completed");
        List<String> before = Zombies.artifacts(cluster, workload);
        try (Wire wire = new Wire(cluster)) {
            List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>(wire.all(EVENTS));
            Collections.shuffle(all, new Random(1));
            List<ConsumerRecord<byte[], byte[]>> some = all.subList(0, Math.min(1_500, all.size()));
            UUID underWay = cluster.requests.submit(24);
            for (ConsumerRecord<byte[], byte[]> event : some) {
                wire.again(event);
            }
            cluster.awaitState(underWay, "completed");
            for (ConsumerRecord<byte[], byte[]> event : wire.all(EVENTS).stream().filter(e -> new String(e.key()).equals(underWay.toString())).toList()) {
                wire.again(event);
                wire.again(event);
            }
        }
        afterAnother(cluster);
        assertThat(Zombies.artifacts(cluster, workload)).isEqualTo(before);
    }

    /** The workers run them for nothing; the ledger takes nothing of it. */
    private static void tasksAgain(Cluster cluster) throws Exception {
        UUID workload = cluster.requests.submit(24);
        cluster.awaitState(workload, "completed");
        List<String> before = Zombies.artifacts(cluster, workload);
        try (Wire wire = new Wire(cluster)) {
            List<ConsumerRecord<byte[], byte[]>> all = wire.all(TASKS);
            for (ConsumerRecord<byte[], byte[]> task : all.subList(Math.max(0, all.size() - 30), all.size())) {
                wire.again(task);
            }
        }
        afterAnother(cluster);
        assertThat(Zombies.artifacts(cluster, workload)).isEqualTo(before);
    }

    private static void poisonRequests(Cluster cluster) throws Exception {
        String good = Requests.body(Requests.prompts(1), 256, "");
        String first = UUID.randomUUID().toString();
        String last = UUID.randomUUID().toString();
        try (Wire wire = new Wire(cluster)) {
            long dead = wire.count(WORKLOADS + DEAD);
            wire.request(WORKLOADS, first, good);
            wire.request(WORKLOADS, UUID.randomUUID().toString(), "no JSON");
            wire.request(WORKLOADS, UUID.randomUUID().toString(), good.replace("256", "\"256\""));
            wire.request(WORKLOADS, UUID.randomUUID().toString(), "");
            wire.send(WORKLOADS, "tombstone", null);
            wire.send(WORKLOADS, "truncated", new byte[] {'{', '"', (byte) 0xc3}, "ce_source", "/faults", "ce_id", UUID.randomUUID().toString());
            wire.send(WORKLOADS, "nobody", Wire.bytes(good));
            wire.send(WORKLOADS, "other", Wire.bytes(good), "ce_source", "/faults", "ce_id", UUID.randomUUID().toString(), "ce_type", "org.example.other");
            wire.request(WORKLOADS, last, good);
            cluster.awaitState(awaitRequest(cluster, last, 1), "completed");
            cluster.awaitState(awaitRequest(cluster, first, 1), "completed");
            assertThat(wire.count(WORKLOADS + DEAD) - dead).as("dead letters").isEqualTo(7);
        }
    }

    private static void poisonEvents(Cluster cluster) throws Exception {
        try (Wire wire = new Wire(cluster)) {
            long dead = wire.count(EVENTS + DEAD);
            UUID workload = cluster.requests.submit(24);
            for (String topic : List.of(EVENTS, BEATS, TASKS)) {
                wire.send(topic, "x", null);
                wire.send(topic, topic.equals(BEATS) ? "x" : null, Wire.bytes("no JSON"));
                wire.send(topic, "x", new byte[] {(byte) 0xff, (byte) 0xfe, 0});
                wire.send(topic, "x", Wire.bytes("[".repeat(5_000)));
                wire.send(topic, "x", Wire.bytes("{\"type\":\"succeeded\",\"task_id\":1e999}"));
                wire.send(topic, "x", Wire.bytes("{\"type\":\"succeeded\",\"task_id\":\"" + "9".repeat(100_000) + "\"}"));
            }
            cluster.awaitState(workload, "completed");
            Patience.until("dead letters", () -> wire.count(EVENTS + DEAD) - dead >= 6);
        }
        afterAnother(cluster);
    }

    private static void tooLarge(Cluster cluster) throws Exception {
        try (Wire wire = new Wire(cluster)) {
            assertThatThrownBy(() -> wire.request(WORKLOADS, "large", "x".repeat(2 << 20))).hasMessageContaining("larger than");
        }
        try {
            assertThat(cluster.api().post("/v1/workloads", () -> new Endless(1L << 30)).status()).isEqualTo(413);
        } catch (AssertionError hungUp) {
            // The server hears a while what it has refused, and then hangs up.
            assertThat(hungUp).hasRootCauseInstanceOf(java.io.IOException.class);
        }
        afterAnother(cluster);
    }

    /** Somebody with the rights of a worker answers for it, with bytes that are no pivot. The item fails; nobody else does. */
    private static void forgedPivots(Cluster cluster) throws Exception {
        byte[][] forged = {
            new byte[0], {1, 2, 3}, header(Long.MAX_VALUE, "{}"), header(-1, "{}"), header(2, "[]"), header(1 << 30, "{"),
            header(100, "{\"latent\":{\"dtype\":\"F32\",\"shape\":[1,2147483647,2147483647,4],\"data_offsets\":[0,4]}}" + " ".repeat(20)),
            header(64, "{\"latent\":{\"dtype\":\"F32\",\"shape\":[1,4,-16,-16]}}" + " ".repeat(20)),
        };
        cluster.arm(Role.WORKER, "engine.0", "block");
        UUID workload = cluster.requests.submit(8);
        cluster.awaitHit("engine.0");
        try (Wire wire = new Wire(cluster)) {
            TaskMessage message = message(wire, workload);
            for (int i = 0; i < message.tasks().size(); i++) {
                TaskMessage.Task task = message.tasks().get(i);
                String key = task.outputPrefix() + "f0f0f0f0.safetensors";
                Path file = cluster.store().root().resolve(key);
                Files.createDirectories(file.getParent());
                Files.write(file, forged[i]);
                String digest = io.selfcascade.platform.artifact.Sha256Stream.digest(forged[i]);
                wire.send(EVENTS, workload.toString(), Wire.bytes(succeeded(task.taskId(), message.dispatchId(), workload, task.ordinal(), key, digest,
                        forged[i].length, "")));
            }
        }
        Patience.until("the forged events are in", () -> cluster.jdbc().sql("SELECT count(*) FROM stage_task WHERE workload_id = :w AND artifact_key LIKE '%f0f0f0f0%'")
                .param("w", workload).query(Integer.class).single() == 8);
        cluster.release("engine.0");
        cluster.requests.isMadeByAnotherModel(workload);
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "failed")).isEqualTo(8);
        afterAnother(cluster);
    }

    private static void otherVersions(Cluster cluster) throws Exception {
        cluster.arm(Role.WORKER, "engine.0", "block");
        UUID workload = cluster.requests.submit(1);
        cluster.awaitHit("engine.0");
        try (Wire wire = new Wire(cluster)) {
            long dead = wire.count(EVENTS + DEAD);
            TaskMessage message = message(wire, workload);
            wire.send(EVENTS, workload.toString(), Wire.bytes("{}"), "ce_type", "io.selfcascade.task.dreamt");
            wire.send(EVENTS, workload.toString(), Wire.bytes("{\"type\":\"failed\",\"task_id\":%d,\"dispatch_id\":%d,\"workload_id\":\"%s\",\"ordinal\":0,"
                    .formatted(message.tasks().get(0).taskId(), message.dispatchId(), workload) + "\"stage\":0,\"worker_id\":\"worker-9\","
                    + "\"boot_id\":\"6c000000-0000-4000-8000-000000000001\",\"at\":\"2026-11-22T20:03:11Z\",\"micro_batch\":1,\"moon\":\"full\","
                    + "\"error\":{\"class\":\"numeric\",\"code\":\"non_finite\",\"retry\":\"never\",\"detail\":\"of a later version\",\"colour\":1}}"),
                    "ce_type", "io.selfcascade.task.failed");
            Patience.until("the unknown type is parked", () -> wire.count(EVENTS + DEAD) - dead == 1);
        }
        Patience.until("the event with unknown fields is applied", () -> cluster.items(workload, "failed") == 1);
        cluster.release("engine.0");
        cluster.awaitState(workload, "completed");
    }

    private static void gadgets(Cluster cluster) throws Exception {
        String gadget = "{\"@class\":\"org.springframework.context.support.ClassPathXmlApplicationContext\",\"@type\":\"x\",\"a\":\"!!javax.script.ScriptEngineManager []\"}";
        assertThat(cluster.api().post("/v1/workloads", gadget).status()).isEqualTo(400);
        try (Wire wire = new Wire(cluster)) {
            long dead = wire.count(WORKLOADS + DEAD);
            wire.send(WORKLOADS, "x", Wire.bytes(gadget), "__TypeId__", "java.lang.ProcessBuilder", "ce_source", "/g", "ce_id", UUID.randomUUID().toString());
            wire.send(WORKLOADS, "x", new byte[] {(byte) 0xac, (byte) 0xed, 0, 5, 's', 'r'}, "ce_source", "/g", "ce_id", UUID.randomUUID().toString());
            wire.send(EVENTS, "x", Wire.bytes(gadget), "__TypeId__", "java.lang.ProcessBuilder");
            wire.send(TASKS, "x", Wire.bytes(gadget), "__TypeId__", "java.lang.ProcessBuilder");
            String good = Requests.body(Requests.prompts(1), 256, "");
            String id = UUID.randomUUID().toString();
            wire.send(WORKLOADS, id, Wire.bytes(good), "__TypeId__", "java.lang.ProcessBuilder", "ce_source", "/g", "ce_id", id);
            cluster.awaitState(awaitRequest(cluster, id, 1), "completed");
            assertThat(wire.count(WORKLOADS + DEAD) - dead).isEqualTo(2);
        }
        assertThat(cluster.jdbc().sql("SELECT count(*) FROM batch_job_execution_context WHERE short_context LIKE 'rO0AB%'").query(Integer.class).single())
                .as("contexts of serialized Java").isZero();
    }

    private static void forgedEvents(Cluster cluster) throws Exception {
        cluster.arm(Role.WORKER, "engine.0", "block");
        UUID workload = cluster.requests.submit(1);
        UUID other = cluster.requests.submit(1);
        cluster.awaitHit("engine.0");
        String digest = "a".repeat(64);
        try (Wire wire = new Wire(cluster)) {
            long dead = wire.count(EVENTS + DEAD);
            TaskMessage message = message(wire, workload);
            long task = message.tasks().get(0).taskId();
            long fence = message.dispatchId();
            String folder = workload + "/0/0/0.";
            List<String> refused = List.of(
                    succeeded(task, fence, workload, 0, other + "/0/0/0." + fence + ".aaaaaaaa.safetensors", digest, 1, ""),
                    succeeded(task, fence, workload, 0, folder + fence + "0.aaaaaaaa.safetensors", digest, 1, ""),
                    succeeded(task, fence, workload, 0, folder + fence + "./../../../../etc/passwd", "A".repeat(64), 1, ""),
                    succeeded(task, fence, workload, 0, folder + fence + ".aaaaaaaa.safetensors", "no digest", 1, ""));
            for (String event : refused) {
                wire.send(EVENTS, workload.toString(), Wire.bytes(event));
            }
            long alien = fence + 1_000_000;
            // Of a fence that is not the task's: no dead letter, only nothing.
            wire.send(EVENTS, workload.toString(), Wire.bytes(succeeded(task, alien, workload, 0, folder + alien + ".aaaaaaaa.safetensors", digest, 1, "")));
            wire.send(EVENTS, workload.toString(), Wire.bytes(succeeded(task, fence - 1, workload, 0, folder + (fence - 1) + ".aaaaaaaa.safetensors", digest, 1, "")));
            wire.send(EVENTS, workload.toString(), Wire.bytes(succeeded(task + 1_000_000, fence, workload, 0, folder + fence + ".aaaaaaaa.safetensors", digest, 1, "")));
            Patience.until("forged events are dead letters", () -> wire.count(EVENTS + DEAD) - dead >= refused.size());
        }
        cluster.release("engine.0");
        cluster.awaitState(workload, "completed");
        assertThat(cluster.items(workload, "completed")).isEqualTo(1);
    }

    private static UUID awaitRequest(Cluster cluster, String id, int items) {
        Patience.until("request " + id + " is taken", () -> cluster.jdbc().sql("SELECT count(*) FROM workload WHERE request_key = :id").param("id", id)
                .query(Integer.class).single() == 1);
        UUID workload = cluster.jdbc().sql("SELECT id FROM workload WHERE request_key = :id").param("id", id).query(UUID.class).single();
        cluster.requests.expect(workload, items);
        return workload;
    }

    /** A workload from its beginning to its end: everything sent before has been read. */
    private static void afterAnother(Cluster cluster) {
        UUID another = cluster.requests.submit(24);
        cluster.awaitState(another, "completed");
        assertThat(cluster.items(another, "completed")).isEqualTo(24);
    }

    /** The first task message of a workload; poison of earlier scenarios lies in the topic as well. */
    private static TaskMessage message(Wire wire, UUID workload) {
        return wire.all(TASKS).stream().map(ConsumerRecord::value).filter(value -> value != null && new String(value).contains(workload.toString()))
                .map(MessageJson::readTask).findFirst().orElseThrow();
    }

    private static String succeeded(long task, long dispatch, UUID workload, int ordinal, String key, String digest, long bytes, String more) {
        return """
                {"type":"succeeded","task_id":%d,"dispatch_id":%d,"workload_id":"%s","ordinal":%d,"stage":0,"worker_id":"worker-9",
                 "boot_id":"6c000000-0000-4000-8000-000000000001","at":"2026-11-22T20:03:11Z","artifact":{"key":"%s",
                 "media_type":"application/vnd.safetensors","sha256":"%s","bytes":%d,"width":128,"height":128,"frames":1},"preview":null,
                 "micro_batch":1,"timings_ms":{"load":1,"run":1,"store":1}%s}""".formatted(task, dispatch, workload, ordinal, key, digest, bytes, more);
    }

    private static byte[] header(long length, String json) {
        return java.nio.ByteBuffer.allocate(8 + json.length()).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(length).put(Wire.bytes(json)).array();
    }
}
