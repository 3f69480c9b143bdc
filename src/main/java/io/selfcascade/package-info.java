/**
 * Selfcascade: high-resolution images from low-resolution diffusion models, as a durable batch platform.
 *
 * <p>Not here: anything but the entry point; every feature has its package (docs/map.md).
 */
@NullMarked
package io.selfcascade;

import org.jspecify.annotations.NullMarked;
