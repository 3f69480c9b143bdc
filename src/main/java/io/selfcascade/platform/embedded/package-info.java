/**
 * Real PostgreSQL and a real Kafka broker inside the JVM, for one-command use.
 *
 * <p>Not here: any bean the platform needs when infrastructure is external.
 */
@NullMarked
@ApplicationModule(id = "platform.embedded", allowedDependencies = {"platform.role", "spec"})
package io.selfcascade.platform.embedded;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
