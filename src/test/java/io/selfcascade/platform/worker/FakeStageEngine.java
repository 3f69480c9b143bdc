package io.selfcascade.platform.worker;

import io.selfcascade.platform.dispatch.message.WorkerBeat.DeviceFacts;
import io.selfcascade.platform.worker.StageValue.Latent;
import io.selfcascade.platform.worker.StageValue.Picture;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageKind;
import io.selfcascade.spec.StageSpec;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model of no weights that keeps the contract: four latent channels, eight pixels per latent cell, values a function
 * of prompt, seed and start alone. The prompt {@code poison} overflows, and so many pixels at once do not fit.
 */
final class FakeStageEngine implements StageEngine, EngineSource {

    static final String POISON = "poison";
    private static final int FACTOR = 8;

    /** Items per native call, in order. */
    final List<Integer> forwards = new CopyOnWriteArrayList<>();
    private final ModelRef model;
    private final long memoryPixels;
    private final Consumer<List<StageInput>> meanwhile;

    FakeStageEngine(ModelRef model, long memoryPixels) {
        this(model, memoryPixels, items -> {});
    }

    /** @param meanwhile called in the middle of every run */
    FakeStageEngine(ModelRef model, long memoryPixels, Consumer<List<StageInput>> meanwhile) {
        this.model = model;
        this.memoryPixels = memoryPixels;
        this.meanwhile = meanwhile;
    }

    @Override
    public List<StageValue> run(StageSpec stage, List<StageInput> items, StepObserver observer) {
        forwards.add(items.size());
        if (stage.size().pixels() * items.size() > memoryPixels) {
            throw new CascadeException(ErrorCode.DEVICE_OUT_OF_MEMORY, "Cannot run batch: " + items.size());
        }
        if (stage instanceof DenoiseStage denoise) {
            observer.step(1, denoise.steps());
            meanwhile.accept(items);
            for (int step = 2; step <= denoise.steps(); step++) {
                observer.step(step, denoise.steps());
            }
        }
        return items.stream().map(item -> value(stage, item)).toList();
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    @Override
    public DeviceFacts device() {
        return new DeviceFacts("cpu", "fake", 1 << 30, memoryPixels);
    }

    @Override
    public List<String> models() {
        return List.of(model.id());
    }

    @Override
    public boolean has(ModelRef asked) {
        return asked.equals(model);
    }

    @Override
    public StageEngine open(ModelRef asked) {
        return this;
    }

    private static StageValue value(StageSpec stage, StageInput item) {
        if (stage.kind() == StageKind.DECODE) {
            return picture(stage, (Latent) require(item.start()));
        }
        int width = stage.width() / FACTOR;
        int height = stage.height() / FACTOR;
        if (item.start() instanceof Latent pivot && (pivot.width() > width || pivot.height() > height)) {
            throw new CascadeException(
                    ErrorCode.SHAPE_MISMATCH, "Cannot shrink pivot: " + pivot.width() + " to " + width);
        }
        long name = item.seed() ^ item.prompt().hashCode() ^ start(item) ^ stage.index();
        SplittableRandom noise = new SplittableRandom(name);
        float[] values = new float[4 * width * height];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) noise.nextDouble(-1, 1);
        }
        if (item.prompt().equals(POISON)) {
            values[values.length / 2] = Float.NaN;
        }
        return new Latent(4, height, width, values);
    }

    private static int start(StageInput item) {
        if (item.start() instanceof Latent pivot) {
            return Arrays.hashCode(pivot.values());
        }
        return item.start() instanceof Picture picture ? Arrays.hashCode(picture.rgb()) : 0;
    }

    private static Picture picture(StageSpec stage, Latent pivot) {
        byte[] rgb = new byte[stage.width() * stage.height() * 3];
        for (int i = 0; i < rgb.length; i++) {
            int x = i / 3 % stage.width() * pivot.width() / stage.width();
            int y = i / 3 / stage.width() * pivot.height() / stage.height();
            rgb[i] = (byte) (128 + 127 * pivot.values()[(i % 3 * pivot.height() + y) * pivot.width() + x]);
        }
        return new Picture(stage.width(), stage.height(), rgb);
    }

    private static StageValue require(@Nullable StageValue start) {
        if (start == null) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot decode: no pivot");
        }
        return start;
    }
}
