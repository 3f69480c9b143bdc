/**
 * CLIP's byte-pair tokenizer and text encoder.
 *
 * <p>Not here: guidance; the cascade doubles the prompts.
 */
@NullMarked
@ApplicationModule(id = "diffusion.model.clip", allowedDependencies = {
        "diffusion.nn", "diffusion.graph", "diffusion.checkpoint", "diffusion.tensor", "spec"
})
package io.selfcascade.diffusion.model.clip;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
