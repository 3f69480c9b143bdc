/**
 * What is wrong with the settings is said at the start, in a sentence: unknown keys, and failures with a code.
 *
 * <p>Not here: any setting; each lies beside the component that reads it.
 */
@NullMarked
@ApplicationModule(id = "platform.settings", allowedDependencies = {"spec"})
package io.selfcascade.platform.settings;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
