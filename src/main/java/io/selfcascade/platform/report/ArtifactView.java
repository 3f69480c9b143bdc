package io.selfcascade.platform.report;

import java.util.UUID;

/**
 * An accepted artifact of a stage task.
 *
 * @param id under which people fetch it; keys stay inside
 * @param sha256 lower-case hex
 */
public record ArtifactView(
        long id, UUID workloadId, int ordinal, int stage, String key, String sha256, long bytes) {

    /** What the bytes are, told from the key's ending, which the platform itself chose. */
    public String mediaType() {
        return key.endsWith(".png") ? "image/png" : "application/vnd.safetensors";
    }
}
