package io.selfcascade.diffusion.cascade;

import io.selfcascade.diffusion.checkpoint.ContentHash;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.noise.DrawPlan;
import io.selfcascade.diffusion.noise.NoiseSource;
import io.selfcascade.diffusion.noise.PhiloxNoise;
import io.selfcascade.diffusion.noise.TorchCpuNoise;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.EncodeStage;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.Upsample;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A model that runs the stages of cascades, in plain Java types. Any thread may call it, several at a time; it prepares
 * them for native code itself. Closing it frees the model's native memory: no stage may be running then.
 */
public final class CascadeEngine implements AutoCloseable {

    private final DiffusionModel model;
    private final String sha256;
    private final int threads;
    private final Determinism determinism;
    private final StageSampler sampler;
    private final PivotUpsampler upsampler;

    private CascadeEngine(DiffusionModel model, String sha256, int threads, Determinism determinism) {
        this.model = model;
        this.sha256 = sha256;
        this.threads = threads;
        this.determinism = determinism;
        sampler = new StageSampler(
                model.scheduler(), model.nativeSize(), model.codec().latentChannels(), model.codec().scaleFactor());
        upsampler = new PivotUpsampler(model.device(), model.codec());
    }

    /** Loads a model that runs all items of a call in one native batch. */
    public static CascadeEngine load(Path modelFolder, Device device, int threads) {
        return load(modelFolder, device, threads, Determinism.BATCHED);
    }

    /**
     * Loads a model.
     *
     * @param modelFolder a diffusers folder
     * @param threads one native operation may use on the processor
     * @return owned by the caller
     * @throws CascadeException CHECKPOINT_INVALID or CHECKPOINT_UNSUPPORTED, saying which file and why
     */
    public static CascadeEngine load(Path modelFolder, Device device, int threads, Determinism determinism) {
        TorchRuntime.prepareThread(threads);
        DiffusionModel model = DiffusionModel.load(DiffusersFolder.open(modelFolder), device);
        return new CascadeEngine(model, ContentHash.of(modelFolder), threads, determinism);
    }

    /** Hash over the model's files, lower-case hex. */
    public String sha256() {
        return sha256;
    }

    public ImageSize nativeSize() {
        return model.nativeSize();
    }

    /** Pixels per latent cell and side; every size must be a multiple. */
    public int vaeScaleFactor() {
        return model.codec().scaleFactor();
    }

    /**
     * Runs one stage for several items.
     *
     * @param items all for this stage, at least one
     * @param observer told before every denoising step; what it throws ends the stage
     * @return one output per item, in order: pictures from a decode stage, pivots from any other
     * @throws CascadeException DEVICE_OUT_OF_MEMORY if fewer items may fit; NON_FINITE if one item's numbers
     *     overflowed; SHAPE_MISMATCH or INVALID_STAGE if an item does not fit the stage
     */
    public List<StageOutput> run(StageSpec stage, List<StageItem> items, CascadeObserver observer) {
        TorchRuntime.prepareThread(threads);
        requireFormat(stage);
        if (stage instanceof DenoiseStage denoise) {
            return denoise(denoise, items, observer);
        }
        List<StageOutput> outputs = new ArrayList<>();
        for (StageItem item : items) {
            outputs.add(stage instanceof DecodeStage decode ? decode(decode, item) : encode((EncodeStage) stage, item));
        }
        return outputs;
    }

    @Override
    public void close() {
        model.close();
    }

    private List<StageOutput> denoise(DenoiseStage stage, List<StageItem> items, CascadeObserver observer) {
        List<StageSampler.Start> starts = items.stream().map(item -> start(stage, item)).toList();
        Denoiser denoiser = model.denoiser(stage.dtype());
        Denoiser calls = determinism == Determinism.STRICT ? new SingleItemDenoiser(denoiser, items.size()) : denoiser;
        List<StageOutput> outputs = new ArrayList<>();
        sampler.sample(stage, starts, calls, observer).forEach(pivot -> outputs.add(new PivotOutput(pivot)));
        return outputs;
    }

    private StageSampler.Start start(DenoiseStage stage, StageItem item) {
        Upsample upsample = stage.upsample();
        Pivot pivot = item.pivot();
        Pivot lifted = upsample == null || pivot == null ? null
                : upsampler.lift(pivot, sampler.shape(stage), upsample, stage.dtype());
        return new StageSampler.Start(item.seed(), noise(stage, item), lifted,
                model.prompts().encode(item.prompt(), stage.dtype()),
                model.prompts().encode(item.negativePrompt(), stage.dtype()));
    }

    private NoiseSource noise(DenoiseStage stage, StageItem item) {
        if (stage.rng() == Rng.PHILOX) {
            return new PhiloxNoise();
        }
        if (stage.index() > 0 && item.earlier().isEmpty()) {
            throw new CascadeException(ErrorCode.INVALID_STAGE, "Cannot replay torch-cpu noise for stage "
                    + stage.index() + ": the item's earlier stages are not known (pass them, or use philox)");
        }
        DrawPlan plan = DrawPlan.EMPTY;
        List<StageSpec> stages = new ArrayList<>(item.earlier());
        stages.add(stage);
        for (StageSpec past : stages) {
            if (past instanceof DenoiseStage denoise) {
                plan = plan.then(denoise, model.scheduler(), model.codec().latentChannels(), vaeScaleFactor());
            }
        }
        return new TorchCpuNoise(plan);
    }

    private StageOutput decode(DecodeStage stage, StageItem item) {
        Pivot pivot = item.pivot();
        int factor = vaeScaleFactor();
        if (pivot == null || pivot.width() * factor != stage.width() || pivot.height() * factor != stage.height()) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot decode stage " + stage.index() + " to "
                    + stage.size() + ": pivot is " + (pivot == null ? "missing" : pivot.shape()) + " at factor " + factor);
        }
        float[] planes = model.codec().decode(pivot, stage.tiling(), stage.dtype());
        Finite.require(planes, stage, item.seed());
        return new ImageOutput(RgbImage.ofPlanes(planes, stage.size()));
    }

    private StageOutput encode(EncodeStage stage, StageItem item) {
        RgbImage image = item.image();
        int factor = vaeScaleFactor();
        if (image == null || !image.size().equals(stage.size()) || stage.width() % factor + stage.height() % factor != 0) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot encode stage " + stage.index() + " at "
                    + stage.size() + ": picture is " + (image == null ? "missing" : image.size().toString())
                    + " (fit it to the stage, in multiples of " + factor + ")");
        }
        Pivot pivot = model.codec().encode(image.toPlanes(), image.height(), image.width(), stage.dtype());
        Finite.require(pivot.data(), stage, item.seed());
        return new PivotOutput(pivot);
    }

    private void requireFormat(StageSpec stage) {
        if (model.device().kind() == Device.Kind.CPU && stage.dtype() != Dtype.F32) {
            throw new CascadeException(ErrorCode.INVALID_STAGE, "Cannot run stage " + stage.index() + " in "
                    + stage.dtype() + " on a processor (use f32: 16-bit floats are fifty times slower there)");
        }
    }
}
