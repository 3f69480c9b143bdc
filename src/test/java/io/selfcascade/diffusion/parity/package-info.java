/**
 * Compares the runtime with Hugging Face diffusers on the fixtures of {@code src/test/resources/parity}.
 *
 * <p>Not here: laws and golden numbers of one class; those stand beside the class.
 */
@NullMarked
package io.selfcascade.diffusion.parity;

import org.jspecify.annotations.NullMarked;
