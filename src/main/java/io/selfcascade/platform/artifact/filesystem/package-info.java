/**
 * Artifacts as files below one folder.
 *
 * <p>Not here: any store that is reached over a network.
 */
@NullMarked
package io.selfcascade.platform.artifact.filesystem;

import org.jspecify.annotations.NullMarked;
