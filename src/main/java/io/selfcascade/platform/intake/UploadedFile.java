package io.selfcascade.platform.intake;

import io.selfcascade.platform.artifact.StoredArtifact;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/** A file a user sent before the workload that names it. Never changes. */
@Entity
@Table(name = "uploaded_file")
public class UploadedFile implements Persistable<UUID> {

    static final String REFERENCE_PREFIX = "file_";

    @Id
    private UUID id;

    private String tenant;
    private String purpose;
    private @Nullable String name;
    private String mediaType;
    private long bytes;
    private byte[] sha256;
    private String storageKey;
    private Instant createdAt;

    UploadedFile(
            UUID id,
            String tenant,
            FilePurpose purpose,
            @Nullable String name,
            String mediaType,
            StoredArtifact stored,
            Instant createdAt) {
        this.id = id;
        this.tenant = tenant;
        this.purpose = purpose.name().toLowerCase(Locale.ROOT);
        this.name = name;
        this.mediaType = mediaType;
        this.bytes = stored.bytes();
        this.sha256 = HexFormat.of().parseHex(stored.sha256());
        this.storageKey = stored.key();
        this.createdAt = createdAt;
    }

    /** For JPA. */
    @SuppressWarnings("NullAway")
    protected UploadedFile() {}

    @Override
    public UUID getId() {
        return id;
    }

    // The id is assigned; without this a save would first look for the row.
    @Override
    public boolean isNew() {
        return true;
    }

    /** What requests call the file: {@code file_} and its id. */
    public String reference() {
        return REFERENCE_PREFIX + id;
    }

    public String tenant() {
        return tenant;
    }

    public FilePurpose purpose() {
        return FilePurpose.valueOf(purpose.toUpperCase(Locale.ROOT));
    }

    public @Nullable String name() {
        return name;
    }

    public String mediaType() {
        return mediaType;
    }

    public Instant createdAt() {
        return createdAt;
    }

    /** Where the bytes are, how many, and their digest. */
    public StoredArtifact stored() {
        return new StoredArtifact(storageKey, HexFormat.of().formatHex(sha256), bytes);
    }
}
