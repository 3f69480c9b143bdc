package io.selfcascade.platform.artifact.s3;

import io.selfcascade.platform.artifact.ArtifactKey;
import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.Sha256Stream;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Artifacts as objects of one bucket. An object is put in one request that the store refuses if the key is taken
 * ({@code If-None-Match: *}), so it is either absent or complete, and never replaced. Its sha256 travels as metadata: a put
 * whose answer was lost finds its own bytes there when it tries again.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html">Conditional writes</a>
 */
public final class S3ArtifactStore implements ArtifactStore {

    private static final String SHA256 = "sha256";
    private static final int MOST_TRIES = 10;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;
    private static final int INSUFFICIENT_STORAGE = 507;

    private final S3Client client;
    private final String bucket;

    /** @param client stays the caller's to close */
    public S3ArtifactStore(S3Client client, String bucket) {
        this.client = client;
        this.bucket = bucket;
    }

    /** A request must say its length and digest before its bytes, so they are written to a temporary file first. */
    @Override
    public StoredArtifact put(String key, Content content) {
        ArtifactKey.require(key);
        Path draft = null;
        try {
            draft = Files.createTempFile("artifact-", ".part");
            StoredArtifact written = write(key, draft, content);
            upload(written, draft);
            return written;
        } catch (IOException e) {
            throw failure("store", key, e);
        } finally {
            deleteDraft(draft);
        }
    }

    @Override
    public InputStream open(String key) {
        ArtifactKey.require(key);
        try {
            return client.getObject(get -> get.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw failure("open", key, e);
        }
    }

    @Override
    public boolean exists(String key) {
        return head(key).isPresent();
    }

    @Override
    public Stream<String> list(String prefix) {
        ArtifactKey.requirePrefix(prefix);
        try {
            return client.listObjectsV2Paginator(list -> list.bucket(bucket).prefix(prefix)).contents().stream()
                    .map(S3Object::key);
        } catch (SdkException e) {
            throw failure("list", prefix, e);
        }
    }

    @Override
    public Stream<String> top() {
        try {
            return client.listObjectsV2Paginator(list -> list.bucket(bucket).delimiter("/")).commonPrefixes().stream()
                    .map(CommonPrefix::prefix).map(folder -> folder.substring(0, folder.length() - 1));
        } catch (SdkException e) {
            throw failure("list", "", e);
        }
    }

    /** There is nothing to discard: an object appears whole, in one request. */
    @Override
    public void discardUnfinished(String prefix, Instant before) {
        ArtifactKey.requirePrefix(prefix);
    }

    @Override
    public void delete(String key) {
        ArtifactKey.require(key);
        try {
            client.deleteObject(delete -> delete.bucket(bucket).key(key));
        } catch (SdkException e) {
            throw failure("delete", key, e);
        }
    }

    @Override
    public long freeBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public String location(String prefix) {
        return "s3://" + bucket + "/" + ArtifactKey.requirePrefix(prefix);
    }

    private static StoredArtifact write(String key, Path draft, Content content) throws IOException {
        try (Sha256Stream out = Sha256Stream.into(Files.newByteChannel(draft, StandardOpenOption.WRITE))) {
            content.writeTo(out);
            out.flush();
            return new StoredArtifact(key, out.sha256(), out.bytes());
        }
    }

    private void upload(StoredArtifact written, Path draft) {
        for (int tries = 1; !isUploaded(written, draft); tries++) {
            if (tries == MOST_TRIES) {
                throw new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE, "Cannot store artifact " + written.key()
                        + ": the key is taken and empty again and again (does something else delete it?)");
            }
        }
    }

    /** @return false if the key was taken, and free again when asked by what */
    private boolean isUploaded(StoredArtifact written, Path draft) {
        try {
            client.putObject(put -> put.bucket(bucket).key(written.key()).ifNoneMatch("*").contentLength(written.bytes())
                    .metadata(Map.of(SHA256, written.sha256())), RequestBody.fromFile(draft));
            return true;
        } catch (S3Exception e) {
            if (e.statusCode() != PRECONDITION_FAILED && e.statusCode() != CONFLICT) {
                throw failure("store", written.key(), e);
            }
            Optional<HeadObjectResponse> taken = head(written.key());
            taken.ifPresent(there -> requireSame(written, there, e));
            return taken.isPresent();
        } catch (SdkException e) {
            throw failure("store", written.key(), e);
        }
    }

    /** The key is taken: by these very bytes, when an earlier answer was lost, or by others. */
    private static void requireSame(StoredArtifact written, HeadObjectResponse there, S3Exception taken) {
        if (!written.sha256().equals(there.metadata().get(SHA256))) {
            throw new CascadeException(ErrorCode.CONFLICT, "Cannot store artifact " + written.key()
                    + ": the key holds other bytes (keys are written once)", taken);
        }
    }

    private Optional<HeadObjectResponse> head(String key) {
        ArtifactKey.require(key);
        try {
            return Optional.of(client.headObject(head -> head.bucket(bucket).key(key)));
        } catch (S3Exception e) {
            if (e.statusCode() == NOT_FOUND) {
                return Optional.empty();
            }
            throw failure("find", key, e);
        } catch (SdkException e) {
            throw failure("find", key, e);
        }
    }

    private static void deleteDraft(@Nullable Path draft) {
        try {
            if (draft != null) {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw failure("clean up after", draft.toString(), e);
        }
    }

    private static CascadeException failure(String verb, String key, Exception cause) {
        String what = "Cannot " + verb + " artifact " + key + ": ";
        if (cause instanceof S3Exception refused && refused.statusCode() == NOT_FOUND) {
            return new CascadeException(ErrorCode.NOT_FOUND, what + "not found (was it deleted?)", cause);
        }
        boolean full = cause instanceof S3Exception refused && refused.statusCode() == INSUFFICIENT_STORAGE
                || String.valueOf(cause.getMessage()).contains("No space left");
        if (full) {
            return new CascadeException(ErrorCode.STORAGE_FULL, what + "no space left (free some and try again)", cause);
        }
        return cause instanceof SdkException
                ? new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE,
                        what + "the object store does not answer or refuses (" + cause.getMessage() + ")", cause)
                : new CascadeException(ErrorCode.INTERNAL, what + cause.getMessage(), cause);
    }
}
