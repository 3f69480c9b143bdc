/**
 * Read models: progress, ETA, items, results, manifest.
 *
 * <p>Not here: anything that changes a row.
 */
@NullMarked
@ApplicationModule(id = "platform.report", allowedDependencies = {
        "platform.intake", "platform.plan", "platform.dispatch", "platform.dispatch :: message", "platform.artifact",
        "platform.model", "platform.role", "spec"
})
package io.selfcascade.platform.report;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
