/**
 * Kafka and REST bodies to a validated request and, idempotently, a workload row.
 *
 * <p>Not here: stages; plan and dispatch know those.
 */
@NullMarked
@ApplicationModule(id = "platform.intake", allowedDependencies = {
        "platform.artifact", "platform.model", "platform.role", "platform.settings", "spec"
})
package io.selfcascade.platform.intake;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
