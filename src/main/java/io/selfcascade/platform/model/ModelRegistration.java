package io.selfcascade.platform.model;

import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;

/**
 * A model as {@code config/models/<id>.yml} declares it.
 *
 * @param location folder of the diffusers layout, or {@code classpath:models/<id>} for a bundled one
 * @param nativeSize the picture size the model was trained at
 * @param vaeScaleFactor pixels per latent cell and side; every stage's size is a multiple of it
 */
public record ModelRegistration(ModelRef ref, String location, ImageSize nativeSize, int vaeScaleFactor, String licence) {}
