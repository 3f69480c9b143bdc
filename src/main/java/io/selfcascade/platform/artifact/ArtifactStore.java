package io.selfcascade.platform.artifact;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.stream.Stream;

/**
 * Durable bytes under write-once keys. A key is a relative path of ASCII letters, digits and {@code . _ - /}; nothing is
 * ever renamed or overwritten, so a key that was handed out always means the same bytes.
 *
 * <p>Failures are {@link io.selfcascade.spec.CascadeException}s: INVALID_KEY, NOT_FOUND, CONFLICT (the key holds other
 * bytes), ARTIFACT_CORRUPT, STORAGE_FULL, INTERNAL.
 */
public interface ArtifactStore {

    /**
     * Stores what {@code content} writes; when this returns, the bytes survive a power cut.
     *
     * @return key, digest and length; storing the same bytes again under the key is success, other bytes CONFLICT
     */
    StoredArtifact put(String key, Content content);

    /** @return a stream the caller closes; NOT_FOUND if there is no such key */
    InputStream open(String key);

    /** @return all bytes, after checking them against the digest; ARTIFACT_CORRUPT if they differ */
    default byte[] read(String key, String sha256) {
        byte[] bytes;
        try (InputStream in = open(key)) {
            bytes = in.readAllBytes();
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE,
                    "Cannot read artifact " + key + ": " + e.getMessage() + " (is the store up?)", e);
        }
        String found = Sha256Stream.digest(bytes);
        if (!found.equals(sha256)) {
            throw new CascadeException(ErrorCode.ARTIFACT_CORRUPT, "Cannot read artifact " + key + ": its sha256 is "
                    + found + ", expected " + sha256 + " (the bytes were changed after they were stored)");
        }
        return bytes;
    }

    boolean exists(String key);

    /**
     * The keys that begin with a prefix, in no order, found while the stream is read; what is stored or deleted meanwhile may
     * or may not be among them.
     *
     * @param prefix ends a key's segment with {@code /}, or cuts it: {@code w/0/} or {@code w/results.}
     * @return a stream the caller closes
     */
    Stream<String> list(String prefix);

    /**
     * The first segments of all keys, each once: the folders at the top, in no order.
     *
     * @return a stream the caller closes
     */
    Stream<String> top();

    /**
     * Removes what writers that died have left below a prefix. It was never under a key.
     *
     * @param prefix folder, such as {@code w/0/}
     * @param before when it was last written to
     */
    void discardUnfinished(String prefix, Instant before);

    /** Removes the key if it is there. */
    void delete(String key);

    /** @return bytes that can still be stored, or {@link Long#MAX_VALUE} where the store has no such limit */
    long freeBytes();

    /** @return where a person finds the artifacts below {@code prefix}: a folder or a URL */
    String location(String prefix);

    default StoredArtifact put(String key, byte[] content) {
        return put(key, out -> out.write(content));
    }

    /** Writes an artifact's bytes to a stream it does not close. */
    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }
}
