/**
 * Dead letters: records nobody could take in, kept where people find them, and sent again when asked.
 *
 * <p>Not here: what is a dead letter; intake and dispatch decide that, each for its own topics.
 */
@NullMarked
@ApplicationModule(id = "platform.deadletter", allowedDependencies = {
        "platform.intake", "platform.dispatch", "platform.dispatch :: message", "platform.role", "spec"
})
package io.selfcascade.platform.deadletter;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
