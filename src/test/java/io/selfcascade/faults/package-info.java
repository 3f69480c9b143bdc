/**
 * Real processes under faults: {@code ./mvnw verify -Pfaults} kills, stops and deceives a standing cluster and checks after
 * each scenario, in the database and in every byte of the artifact store, that nothing was lost and nothing counted twice.
 */
@org.jspecify.annotations.NullMarked
package io.selfcascade.faults;
