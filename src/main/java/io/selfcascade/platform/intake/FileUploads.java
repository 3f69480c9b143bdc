package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.INVALID_VALUE;
import static io.selfcascade.platform.intake.Violation.Kind.NOT_FOUND;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Takes files before the workloads that name them, and finds them again by their reference. */
public class FileUploads {

    private static final int MAX_NAME = 256;

    private final UploadedFiles files;
    private final ArtifactStore store;
    private final LocalFiles localFiles;
    private final IntakeLimits limits;
    private final Uuid7 ids;
    private final InstantSource clock;

    FileUploads(
            UploadedFiles files, ArtifactStore store, LocalFiles localFiles, IntakeLimits limits, Uuid7 ids, InstantSource clock) {
        this.files = files;
        this.store = store;
        this.localFiles = localFiles;
        this.limits = limits;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Streams a file into the artifact store and records it. The file's type is told from its content; a picture's size
     * is checked before anything decodes it.
     *
     * @param name what the user calls the file; for people only
     * @param content read to its end, not closed
     * @throws InvalidRequestException TOO_LARGE, INVALID_IMAGE, or INVALID_REQUEST if the content does not fit the purpose
     * @throws CascadeException STORAGE_FULL or INTERNAL if the file cannot be stored
     * @throws IOException if the content cannot be read
     */
    public UploadedFile store(String tenant, FilePurpose purpose, @Nullable String name, InputStream content)
            throws IOException {
        UUID id = ids.next();
        byte[] head = content.readNBytes(FileFacts.HEAD_BYTES);
        FileFacts facts = check(FileFacts.of(head), purpose, "");
        InputStream whole =
                new CountedStream(new SequenceInputStream(new ByteArrayInputStream(head), content), limits.fileBytes());
        StoredArtifact stored = store.put("uploads/" + id + "." + facts.extension(), whole::transferTo);
        try {
            return files.save(new UploadedFile(id, tenant, purpose, clean(name), facts.mediaType(), stored, clock.instant()));
        } catch (RuntimeException e) {
            store.delete(stored.key());
            throw e;
        }
    }

    /**
     * Finds the file a request names.
     *
     * @param reference id of an uploaded file or, in embedded mode, a path
     * @param pointer the field of the request that holds the reference
     * @return where its bytes are in the artifact store; a file named by path has been copied there
     * @throws InvalidRequestException NOT_FOUND, TOO_LARGE, INVALID_IMAGE, or INVALID_REQUEST
     */
    public StoredArtifact resolve(String reference, FilePurpose purpose, String pointer) {
        return reference.startsWith(UploadedFile.REFERENCE_PREFIX)
                ? uploaded(reference, purpose, pointer)
                : imported(localFiles.resolve(reference, pointer), purpose, pointer);
    }

    private StoredArtifact uploaded(String reference, FilePurpose purpose, String pointer) {
        UploadedFile file = id(reference)
                .flatMap(id -> files.findById(id))
                .orElseThrow(() -> InvalidRequestException.of(ErrorCode.NOT_FOUND, pointer, NOT_FOUND,
                        "No such file: " + reference + " (upload it first: POST /v1/files)"));
        if (file.purpose() != purpose) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, pointer, INVALID_VALUE,
                    reference + " was uploaded as " + JsonFields.lower(file.purpose())
                            + " (expected " + JsonFields.lower(purpose) + ")");
        }
        return file.stored();
    }

    private static Optional<UUID> id(String reference) {
        String text = reference.substring(UploadedFile.REFERENCE_PREFIX.length());
        // UUID.fromString takes shorter spellings too; an id has exactly one.
        return text.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
                ? Optional.of(UUID.fromString(text))
                : Optional.empty();
    }

    // The key is the content's digest: a path may hold something else tomorrow, and many items may share a picture.
    private StoredArtifact imported(Path file, FilePurpose purpose, String pointer) {
        try {
            FileFacts facts;
            try (InputStream in = Files.newInputStream(file)) {
                facts = check(FileFacts.of(in.readNBytes(FileFacts.HEAD_BYTES)), purpose, pointer);
            }
            String key = "imports/" + digest(file) + "." + facts.extension();
            try (InputStream in = new CountedStream(Files.newInputStream(file), limits.fileBytes())) {
                return store.put(key, in::transferTo);
            }
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot read file: " + file + " (is it readable?)", e);
        }
    }

    private String digest(Path file) throws IOException {
        MessageDigest sha256 = RequestDigest.sha256();
        try (InputStream in = new DigestInputStream(
                new CountedStream(Files.newInputStream(file), limits.fileBytes()), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    private FileFacts check(@Nullable FileFacts facts, FilePurpose purpose, String pointer) {
        boolean wantsPicture = purpose == FilePurpose.INIT_IMAGE;
        if (facts == null || facts.isPicture() != wantsPicture) {
            throw InvalidRequestException.of(wantsPicture ? ErrorCode.INVALID_IMAGE : ErrorCode.INVALID_REQUEST, pointer,
                    INVALID_VALUE, wantsPicture ? "Not a PNG or JPEG picture (convert it)"
                            : "Not JSON lines (expected plain UTF-8 text, one object {…} per line)");
        }
        if (facts.pixels() > limits.imagePixels()) {
            throw InvalidRequestException.of(ErrorCode.INVALID_IMAGE, pointer, Violation.Kind.TOO_LARGE,
                    facts.width() + " x " + facts.height() + " pixels (expected at most " + limits.imagePixels()
                            + " in all; scale the picture down)");
        }
        return facts;
    }

    private static @Nullable String clean(@Nullable String name) {
        if (name == null) {
            return null;
        }
        String printable = name.codePoints()
                .filter(c -> !Character.isISOControl(c) && !(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE))
                .limit(MAX_NAME)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return printable.isBlank() ? null : printable;
    }
}
