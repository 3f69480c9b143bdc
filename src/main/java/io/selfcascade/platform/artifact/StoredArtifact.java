package io.selfcascade.platform.artifact;

/**
 * What was stored.
 *
 * @param sha256 lower-case hex
 */
public record StoredArtifact(String key, String sha256, long bytes) {}
