/** The benchmark of the platform without its models: {@code ./mvnw verify -Pbench-platform}. */
@org.jspecify.annotations.NullMarked
package io.selfcascade.bench.platform;
