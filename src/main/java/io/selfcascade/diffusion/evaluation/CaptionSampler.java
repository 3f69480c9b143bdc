package io.selfcascade.diffusion.evaluation;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.cascade.CascadeEngine;
import io.selfcascade.diffusion.cascade.CascadeObserver;
import io.selfcascade.diffusion.cascade.ImageOutput;
import io.selfcascade.diffusion.cascade.Pivot;
import io.selfcascade.diffusion.cascade.PivotOutput;
import io.selfcascade.diffusion.cascade.RgbImage;
import io.selfcascade.diffusion.cascade.StageItem;
import io.selfcascade.diffusion.cascade.StageOutput;
import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.diffusion.tensor.TensorMath;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.UpsampleKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes the pictures of captions in different ways, from the same seeds and the same native pivots. */
public final class CaptionSampler {

    private final CascadeEngine engine;
    private final SamplingSettings settings;

    public CaptionSampler(CascadeEngine engine, SamplingSettings settings) {
        this.engine = engine;
        this.settings = settings;
    }

    /** The native pivots of captions; caption i gets the noise of seed {@code firstSeed + i}. */
    public List<Pivot> nativePivots(List<String> captions, long firstSeed) {
        return pivots(settings.fromNoise(engine.nativeSize()), captions, firstSeed, null);
    }

    /** The pictures of captions by one way of making them; native, upsampled and cascaded ones share the pivots. */
    public List<Picture> pictures(RunKind run, List<String> captions, long firstSeed, List<Pivot> nativePivots) {
        ImageSize target = times(run.factor());
        return switch (run.method()) {
            case NATIVE -> decode(nativePivots, target);
            case UPSAMPLE -> decode(nativePivots, engine.nativeSize()).stream()
                    .map(picture -> enlarge(picture, target)).toList();
            case DIRECT -> decode(pivots(settings.fromNoise(target), captions, firstSeed, null), target);
            case CASCADE -> decode(climb(run.factor(), captions, firstSeed, nativePivots), target);
        };
    }

    private List<Pivot> climb(int factor, List<String> captions, long firstSeed, List<Pivot> nativePivots) {
        List<Pivot> pivots = nativePivots;
        int stage = 1;
        for (int side = 2; side <= factor; side *= 2) {
            pivots = pivots(settings.fromPivot(stage++, times(side)), captions, firstSeed, pivots);
        }
        return pivots;
    }

    private List<Pivot> pivots(StageSpec stage, List<String> captions, long firstSeed, @Nullable List<Pivot> from) {
        List<StageItem> items = IntStream.range(0, captions.size()).mapToObj(i ->
                new StageItem(firstSeed + i, captions.get(i), "", from == null ? null : from.get(i), null)).toList();
        List<Pivot> pivots = new ArrayList<>();
        for (StageOutput output : engine.run(stage, items, CascadeObserver.NONE)) {
            pivots.add(output instanceof PivotOutput made ? made.pivot() : unexpected(output));
        }
        return pivots;
    }

    private List<Picture> decode(List<Pivot> pivots, ImageSize size) {
        List<StageItem> items = pivots.stream().map(pivot -> new StageItem(0, "", "", pivot, null)).toList();
        List<Picture> pictures = new ArrayList<>();
        for (StageOutput output : engine.run(SamplingSettings.decode(1, size), items, CascadeObserver.NONE)) {
            pictures.add(output instanceof ImageOutput made ? picture(made.image()) : unexpected(output));
        }
        return pictures;
    }

    private ImageSize times(int factor) {
        return new ImageSize(engine.nativeSize().width() * factor, engine.nativeSize().height() * factor);
    }

    /** From 8 bits per pixel to planes in [0, 1]. */
    public static Picture picture(RgbImage image) {
        int plane = image.width() * image.height();
        float[] planes = new float[3 * plane];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (image.rgb()[i % plane * 3 + i / plane] & 0xff) / 255f;
        }
        return new Picture(image.width(), image.height(), planes);
    }

    private static Picture enlarge(Picture picture, ImageSize size) {
        try (TensorScope scope = TensorScope.open(Device.CPU)) {
            NDArray small = scope.floats(picture.rgb(), 1, 3, picture.height(), picture.width());
            NDArray large = TensorMath.resize(scope, small, UpsampleKernel.BICUBIC, size.height(), size.width());
            float[] rgb = TensorScope.toFloats(large);
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = Math.max(0, Math.min(1, rgb[i]));
            }
            return new Picture(size.width(), size.height(), rgb);
        }
    }

    private static <T> T unexpected(StageOutput output) {
        throw new CascadeException(ErrorCode.INTERNAL, "Cannot use stage output: " + output.getClass().getSimpleName());
    }
}
