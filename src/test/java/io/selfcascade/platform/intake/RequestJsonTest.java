package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RequestJsonTest {

    private static final StageKnobs EVERY_KNOB = new StageKnobs(
            64, 32, 20, 400, 4.5, 0.5, SchedulerType.DDIM, TimestepSpacing.TRAILING, UpsampleSpace.PIXEL,
            UpsampleKernel.BICUBIC, NoiseReschedule.AREA, 4, Tiling.TILED, "small");

    private final WorkloadRequestReader reader = new WorkloadRequestReader(IntakeLimits.DEFAULT);

    @Property(tries = 200)
    void readsBackWhatItWrites(@ForAll boolean full, @ForAll long seed, @ForAll Preset preset) {
        CascadeRequest cascade = full
                ? new CascadeRequest(preset, new ImageSize(64, 32), Rng.TORCH_CPU, Dtype.F16,
                        new StageKnobs(null, null, 7, null, null, null, null, null, null, null, null, null, null, null),
                        List.of(StageKnobs.NONE, EVERY_KNOB))
                : CascadeRequest.of(preset, ImageSize.square(64));
        WorkloadRequest request = new WorkloadRequest(
                full ? "näme" : null, full ? "film" : "default", "scenes", cascade,
                List.of(new ItemRequest(full ? "a" : null, "p\"\n", full ? "n" : "", full ? seed : null, full ? "file_1" : null)),
                null, 3, full, full ? Instant.parse("2026-11-22T20:15:00.5Z") : null, full ? seed : null,
                full ? KeepPivots.LAST : null, Determinism.STRICT,
                full ? 1 : null, full ? new BigDecimal("0.29") : null);

        assertThat(reader.read(RequestJson.write(request))).isEqualTo(request);
    }

    @Test
    void ignoresOrderSpacingAndSpelledOutDefaultsInTheDigest() {
        WorkloadRequest terse = read("""
                {"model":"scenes","cascade":{"target":{"width":256,"height":128}},"items":[{"prompt":"a"}]}""");
        WorkloadRequest verbose = read("""
                {"items":[{"negative_prompt":"","prompt":"a"}], "priority":5, "previews":false, "determinism":"standard",
                 "cascade":{"preset":"paper","rng":"philox","target":{"height":128,"width":256}},"model":"scenes"}""");
        WorkloadRequest other = read("""
                {"model":"scenes","cascade":{"target":{"width":256,"height":128}},"items":[{"prompt":"b"}]}""");

        assertThat(RequestDigest.of(terse)).isEqualTo(RequestDigest.of(verbose)).isNotEqualTo(RequestDigest.of(other));
    }

    /** Rows keep this digest: if it changes, repeated requests of former versions are taken for conflicts. */
    @Test
    void keepsTheDigestOfFormerVersions() {
        WorkloadRequest request = read("""
                {"model":"scenes","cascade":{"target":{"width":256,"height":128}},"items":[{"prompt":"a","seed":7}]}""");

        assertThat(new String(RequestJson.write(request), StandardCharsets.UTF_8)).isEqualTo(
                "{\"model\":\"scenes\",\"cascade\":{\"preset\":\"paper\",\"target\":{\"width\":256,\"height\":128},"
                        + "\"rng\":\"philox\",\"dtype\":\"f32\"},\"items\":[{\"prompt\":\"a\",\"seed\":\"7\"}],"
                        + "\"priority\":5,\"previews\":false,\"determinism\":\"standard\"}");
    }

    private WorkloadRequest read(String body) {
        return reader.read(body.getBytes(StandardCharsets.UTF_8));
    }
}
