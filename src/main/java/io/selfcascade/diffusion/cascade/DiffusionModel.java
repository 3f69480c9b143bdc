package io.selfcascade.diffusion.cascade;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Variant;
import io.selfcascade.diffusion.model.unet.UNet2DConditionConfig;
import io.selfcascade.diffusion.model.unet.UNet2DConditionModel;
import io.selfcascade.diffusion.model.unet.UNetTensors;
import io.selfcascade.diffusion.noise.SchedulerConfig;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;

/**
 * A loaded diffusers folder of the Stable Diffusion 1.x and 2.x family: one base model, frozen, for all stages. Owns
 * all native memory of the model; safe for use by several prepared threads.
 */
public final class DiffusionModel implements AutoCloseable {

    private final TensorScope owner;
    private final SchedulerConfig scheduler;
    private final PromptEncoder prompts;
    private final LatentCodec codec;
    private final UNet2DConditionConfig unetConfig;
    private final WeightSource unetWeights;
    private final Executable<UNetTensors, NDArray> unet;

    private DiffusionModel(TensorScope owner, DiffusersFolder folder) {
        this.owner = owner;
        scheduler = SchedulerConfig.of(folder.config(DiffusersFolder.SCHEDULER));
        prompts = new PromptEncoder(owner, folder);
        codec = new LatentCodec(owner, folder);
        unetConfig = UNet2DConditionConfig.of(folder.config(DiffusersFolder.UNET));
        UNet2DConditionModel definition = new UNet2DConditionModel(Params.root(DiffusersFolder.UNET), unetConfig);
        requireMatching(folder);
        unetWeights = new WeightSource(owner, folder, DiffusersFolder.UNET, definition.layout());
        unet = definition.load(owner, Variant.NONE);
    }

    /**
     * Loads a model; weights are mapped, and read when first used.
     *
     * @param device must be prepared for on this thread
     * @return owned by the caller
     * @throws CascadeException CHECKPOINT_UNSUPPORTED for another family; CHECKPOINT_INVALID if its parts do not fit
     */
    public static DiffusionModel load(DiffusersFolder folder, Device device) {
        folder.require(DiffusersFolder.UNET, "UNet2DConditionModel");
        folder.require(DiffusersFolder.VAE, "AutoencoderKL");
        folder.require(DiffusersFolder.TEXT_ENCODER, "CLIPTextModel");
        if (folder.has("text_encoder_2")) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED, "Cannot run " + folder.root()
                    + ": it has two text encoders (only Stable Diffusion 1.x and 2.x shapes are sampled)");
        }
        TensorScope owner = TensorScope.open(device);
        try {
            return new DiffusionModel(owner, folder);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** What its checkpoint says about noise. */
    public SchedulerConfig scheduler() {
        return scheduler;
    }

    public PromptEncoder prompts() {
        return prompts;
    }

    public LatentCodec codec() {
        return codec;
    }

    public Device device() {
        return owner.device();
    }

    /** The UNet with weights in a format; its native memory stays the model's. */
    public Denoiser denoiser(Dtype dtype) {
        return new UNetDenoiser(owner.device(), unet, unetWeights.in(dtype), unetConfig.crossAttentionDim());
    }

    /** What the base model was trained to draw. */
    public ImageSize nativeSize() {
        return ImageSize.square(unetConfig.sampleSize() * codec.scaleFactor());
    }

    @Override
    public void close() {
        owner.close();
    }

    /** How many arrays and scopes the model keeps alive; constant once weights are prepared. */
    int natives() {
        return owner.size();
    }

    private void requireMatching(DiffusersFolder folder) {
        if (unetConfig.addition() != null || unetConfig.inChannels() != codec.latentChannels()
                || unetConfig.outChannels() != codec.latentChannels() || unetConfig.crossAttentionDim() != prompts.channels()) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot run " + folder.root() + ": the unet takes "
                    + unetConfig.inChannels() + " channels and text of " + unetConfig.crossAttentionDim() + ", the vae makes "
                    + codec.latentChannels() + " and the text encoder " + prompts.channels() + " (is this one model?)");
        }
    }
}
