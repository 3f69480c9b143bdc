package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.OUT_OF_RANGE;

import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.SchedulerType;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.TimestepSpacing;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads the {@code cascade} of a request. */
final class CascadeFields {

    private static final int MAX_SIDE = 65_536;
    static final int MAX_STAGES = 16;
    private static final int MAX_POOL = 32;

    private CascadeFields() {}

    /** @return null if the target is missing or unreadable; what is wrong has been noted */
    static @Nullable CascadeRequest read(JsonFields fields, long maxPixels) {
        Preset preset = Objects.requireNonNullElse(fields.choice("preset", Preset.class), Preset.PAPER);
        fields.require("target", "the size of the finished pictures: {\"width\": 512, \"height\": 512}");
        ImageSize target = fields.object("target", size -> target(size, maxPixels));
        Rng rng = Objects.requireNonNullElse(fields.choice("rng", Rng.class), Rng.PHILOX);
        Dtype dtype = Objects.requireNonNullElse(fields.choice("dtype", Dtype.class), Dtype.F32);
        List<StageKnobs> stages = fields.objects("stages", MAX_STAGES, stage -> knobs(stage, true));
        StageKnobs every = knobs(fields, false);
        return target == null
                ? null
                : new CascadeRequest(preset, target, rng, dtype, every, stages == null ? List.of() : stages);
    }

    private static @Nullable ImageSize target(JsonFields fields, long maxPixels) {
        ImageSize size = size(fields);
        fields.refuseUnread();
        if (size != null && size.pixels() > maxPixels) {
            fields.refuse("width", OUT_OF_RANGE,
                    size + " is " + size.pixels() + " pixels (expected at most " + maxPixels + ")");
            return null;
        }
        return size;
    }

    private static @Nullable ImageSize size(JsonFields fields) {
        fields.require("width", "in pixels");
        fields.require("height", "in pixels");
        Integer width = fields.integer("width", 1, MAX_SIDE);
        Integer height = fields.integer("height", 1, MAX_SIDE);
        return width == null || height == null ? null : new ImageSize(width, height);
    }

    private static StageKnobs knobs(JsonFields fields, boolean single) {
        ImageSize size = single && (fields.has("width") || fields.has("height")) ? size(fields) : null;
        Upsampling upsampling = Objects.requireNonNullElse(fields.object("upsample", Upsampling::read), Upsampling.UNSAID);
        StageKnobs knobs = new StageKnobs(
                size == null ? null : size.width(),
                size == null ? null : size.height(),
                fields.integer("steps", 1, 1000),
                fields.integer("start_timestep", 1, 1000),
                fields.number("guidance", 0, 100),
                fields.number("eta", 0, 1),
                fields.choice("scheduler", SchedulerType.class),
                fields.choice("spacing", TimestepSpacing.class),
                upsampling.space,
                upsampling.kernel,
                fields.choice("noise_reschedule", NoiseReschedule.class),
                fields.integer("micro_batch", 1, 64),
                fields.choice("tiling", Tiling.class),
                fields.text("pool", MAX_POOL));
        fields.refuseUnread();
        return knobs;
    }

    /** The two halves of {@code upsample}; either may be left to the preset. */
    private record Upsampling(@Nullable UpsampleSpace space, @Nullable UpsampleKernel kernel) {

        static final Upsampling UNSAID = new Upsampling(null, null);

        static Upsampling read(JsonFields fields) {
            Upsampling read = new Upsampling(
                    fields.choice("space", UpsampleSpace.class), fields.choice("kernel", UpsampleKernel.class));
            fields.refuseUnread();
            return read;
        }
    }
}
