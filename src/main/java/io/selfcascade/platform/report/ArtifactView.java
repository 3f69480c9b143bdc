package io.selfcascade.platform.report;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An accepted artifact of a stage task.
 *
 * @param id under which people fetch it; keys stay inside
 * @param sha256 lower-case hex
 * @param preview a picture of the pivot, if its user wanted one
 */
public record ArtifactView(
        long id, UUID workloadId, int ordinal, int stage, String key, String sha256, long bytes,
        @Nullable Preview preview) {

    /** What the bytes are, told from the key's ending, which the platform itself chose. */
    public String mediaType() {
        return key.endsWith(".png") ? "image/png" : "application/vnd.safetensors";
    }

    /** A picture of a pivot: {@code image/png}. */
    public record Preview(String key, String sha256, long bytes) {}
}
