/**
 * The conductor: Spring Batch jobs that carry a workload from ingest to finalize.
 *
 * <p>Not here: dispatch. The only package that imports Spring Batch.
 */
@NullMarked
@ApplicationModule(id = "platform.batch", allowedDependencies = {
        "platform.intake", "platform.plan", "platform.dispatch", "platform.dispatch :: message", "platform.artifact",
        "platform.report", "platform.model", "platform.role", "spec"
})
package io.selfcascade.platform.batch;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
