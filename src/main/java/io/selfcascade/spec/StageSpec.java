package io.selfcascade.spec;

/** One stage of a cascade, complete enough that a worker without a database can run it. */
public sealed interface StageSpec permits EncodeStage, DenoiseStage, DecodeStage {

    /** Its number in the plan, from 0. The noise of a stage depends on it. */
    int index();

    /** Width of the stage's picture in pixels (its latent is smaller by the VAE factor). */
    int width();

    /** Height of the stage's picture in pixels. */
    int height();

    Dtype dtype();

    default StageKind kind() {
        if (this instanceof EncodeStage) {
            return StageKind.ENCODE;
        }
        return this instanceof DenoiseStage ? StageKind.DENOISE : StageKind.DECODE;
    }

    default ImageSize size() {
        return new ImageSize(width(), height());
    }
}
