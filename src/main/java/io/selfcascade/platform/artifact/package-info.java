/**
 * Durable artifacts under write-once keys.
 *
 * <p>Not here: who may read them, and when they are obsolete.
 */
@NullMarked
@ApplicationModule(id = "platform.artifact", allowedDependencies = {"platform.role", "spec"})
package io.selfcascade.platform.artifact;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
