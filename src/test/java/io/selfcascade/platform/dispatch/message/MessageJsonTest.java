package io.selfcascade.platform.dispatch.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.EncodeStage;
import io.selfcascade.spec.FailureClass;
import io.selfcascade.spec.Retry;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.UpsampleKernel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes the messages exactly as docs/spec/dispatch.md shows them. */
class MessageJsonTest {

    private static final String TASK = """
            { "dispatch_id": 48213, "pool": "cpu", "expires_at": "2026-11-22T20:15:00Z", "lease_s": 30, "beat_s": 5,
              "run_limit_s": 900, "model": { "id": "scenes", "sha256": "9f" },
              "stage": { "kind": "denoise", "index": 1, "width": 256, "height": 256, "steps": 50,
                         "start_timestep": 700, "scheduler": "ddim", "eta": 0.0, "spacing": "leading", "guidance": 7.5,
                         "upsample": { "space": "latent", "kernel": "bilinear" }, "noise_reschedule": "none",
                         "rng": "torch_cpu", "dtype": "f32" },
              "tasks": [ { "task_id": 901, "workload_id": "019ab000-0000-7000-8000-000000000001", "ordinal": 17,
                           "attempt": 1, "seed": "7", "prompt": "a red circle and a blue square", "negative_prompt": "",
                           "input": { "key": "019ab/0/17/0.47990.c0ffee12.safetensors", "sha256": "1b", "bytes": 16456 },
                           "output_prefix": "019ab/0/17/1.48213.",
                           "preview_prefix": "019ab/0/17/1.48213.preview." } ] }
            """;
    private static final String SUCCEEDED = """
            { "type": "succeeded", "task_id": 901, "dispatch_id": 48213,
              "workload_id": "019ab000-0000-7000-8000-000000000001", "ordinal": 17, "stage": 1, "worker_id": "gpu-3",
              "boot_id": "6c000000-0000-4000-8000-000000000001", "at": "2026-11-22T20:03:11.120Z",
              "artifact": { "key": "019ab/0/17/1.48213.5e1d0a77.safetensors",
                            "media_type": "application/vnd.safetensors", "sha256": "77", "bytes": 65608,
                            "width": 256, "height": 256, "frames": 1 },
              "preview": { "key": "019ab/0/17/1.48213.preview.5e1d0a78.png", "media_type": "image/png", "sha256": "78",
                           "bytes": 91204, "width": 256, "height": 256, "frames": 1 },
              "micro_batch": 8, "timings_ms": { "load": 40, "run": 5210, "store": 18 } }
            """;
    private static final String FAILED = """
            { "type": "failed", "task_id": 902, "dispatch_id": 48213,
              "workload_id": "019ab000-0000-7000-8000-000000000001", "ordinal": 18, "stage": 1, "worker_id": "gpu-3",
              "boot_id": "6c000000-0000-4000-8000-000000000001", "at": "2026-11-22T20:03:11Z", "micro_batch": 1,
              "error": { "class": "oom", "code": "device_out_of_memory", "retry": "bigger_pool",
                         "detail": "8.1 GiB needed, 7.6 free" } }
            """;
    private static final String DECLINED = """
            { "type": "declined", "task_id": 902, "dispatch_id": 48213,
              "workload_id": "019ab000-0000-7000-8000-000000000001", "ordinal": 18, "stage": 1, "worker_id": "gpu-3",
              "boot_id": "6c000000-0000-4000-8000-000000000001", "at": "2026-11-22T20:03:11Z",
              "reason": "storage_full" }
            """;
    private static final String BEAT = """
            { "worker_id": "gpu-3", "boot_id": "6c000000-0000-4000-8000-000000000001", "seq": 311, "pool": "cpu",
              "slots": 1, "state": "up",
              "device": { "kind": "cpu", "name": "x", "memory_bytes": 25769803776, "max_pixels": 1048576 },
              "models": [ "scenes" ], "running": [ { "dispatch_id": 48213, "step": 23, "steps": 50 } ] }
            """;
    private static final String CONTROL = """
            { "do": "cancel", "dispatch_id": 48213, "at": "2026-11-22T20:03:11Z", "expires_at": "2026-11-22T20:19:11Z" }
            """;

    @Test
    void readsATaskMessageAndWritesItBack() {
        TaskMessage message = MessageJson.readTask(bytes(TASK));

        assertThat(message.dispatchId()).isEqualTo(48213);
        assertThat(message.expiresAt()).isEqualTo(Instant.parse("2026-11-22T20:15:00Z"));
        assertThat(message.stage()).isInstanceOfSatisfying(DenoiseStage.class, stage -> {
            assertThat(stage.startTimestep()).isEqualTo(700);
            assertThat(stage.rng()).isEqualTo(Rng.TORCH_CPU);
            assertThat(stage.upsample().kernel()).isEqualTo(UpsampleKernel.BILINEAR);
        });
        assertThat(message.tasks().get(0).input().bytes()).isEqualTo(16456);
        assertSameJson(MessageJson.write(message), TASK);
    }

    @Test
    void anEventCarriesItsTypeAndReadsBackEqual() {
        assertThat(MessageJson.readEvent(bytes(SUCCEEDED))).isInstanceOf(TaskSucceeded.class);
        assertThat(MessageJson.readEvent(bytes(FAILED))).isInstanceOfSatisfying(TaskFailed.class, failed -> {
            assertThat(failed.error().failureClass()).isEqualTo(FailureClass.OOM);
            assertThat(failed.error().retry()).isEqualTo(Retry.BIGGER_POOL);
        });
        assertThat(MessageJson.readEvent(bytes(DECLINED))).isInstanceOfSatisfying(TaskDeclined.class,
                declined -> assertThat(declined.reason()).isEqualTo(TaskDeclined.Reason.STORAGE_FULL));
        for (String json : List.of(SUCCEEDED, FAILED, DECLINED)) {
            assertSameJson(MessageJson.write((Record) MessageJson.readEvent(bytes(json))), json);
        }
    }

    @Test
    void aBeatAndAnOrderReadBackEqual() {
        assertSameJson(MessageJson.write(MessageJson.readBeat(bytes(BEAT))), BEAT);
        assertSameJson(MessageJson.write(MessageJson.readControl(bytes(CONTROL))), CONTROL);
    }

    @Test
    void aStageKeepsItsKind() {
        StageSpec encode = new EncodeStage(0, 128, 96, Dtype.F16);

        String json = MessageJson.writeStage(encode);

        assertThat(json).contains("\"kind\":\"encode\"").contains("\"f16\"");
        assertThat(MessageJson.readStage(json)).isEqualTo(encode);
    }

    @Test
    void aWorkloadUpdateMayHaveNoTotalAndNoReason() {
        WorkloadUpdated updated = new WorkloadUpdated(
                UUID.fromString("019ab000-0000-7000-8000-000000000001"), 1, 5, "validating", "run",
                new WorkloadUpdated.Counts(null, 0, 0, 0), null);

        assertThat(MessageJson.readWorkloadUpdated(MessageJson.write(updated))).isEqualTo(updated);
    }

    @Test
    void ignoresFieldsItDoesNotKnow() {
        Control control = MessageJson.readControl(bytes(CONTROL.replace("{", "{ \"colour\": \"red\",")));

        assertThat(control.order()).isEqualTo(Control.Order.CANCEL);
    }

    @Test
    void aCancelConcernsNoDispatchThatWasSentLater() {
        Control cancel = MessageJson.readControl(bytes(CONTROL));

        assertThat(cancel.cancels(48213)).isTrue();
        assertThat(cancel.cancels(48214)).isFalse();
        assertThat(MessageJson.readControl(bytes("{\"do\":\"cancel\",\"at\":\"2026-11-22T20:03:11Z\"}")).cancels(48214)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "null", "[]", "{", "\"succeeded\"", "{ \"type\": \"exploded\" }", "{ \"task_id\": 1 }",
        "{ \"type\": \"declined\", \"task_id\": 1 }"
    })
    void refusesWhatIsNoCompleteEvent(String json) {
        assertThatThrownBy(() -> MessageJson.readEvent(bytes(json)))
                .isInstanceOf(CascadeException.class)
                .hasMessageStartingWith("Cannot read TaskEvent");
    }

    @Test
    void refusesATombstoneAndAnUnknownReason() {
        assertThatThrownBy(() -> MessageJson.readEvent(null)).isInstanceOf(CascadeException.class);
        assertThatThrownBy(() -> MessageJson.readEvent(bytes(DECLINED.replace("storage_full", "tired"))))
                .isInstanceOf(CascadeException.class);
        assertThatThrownBy(() -> MessageJson.readEvent(bytes(DECLINED.replace("\"storage_full\"", "3"))))
                .isInstanceOf(CascadeException.class);
    }

    private static void assertSameJson(byte[] actual, String expected) {
        JsonMapper mapper = JsonMapper.shared();
        assertThat(mapper.readTree(actual)).isEqualTo(mapper.readTree(expected));
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }
}
