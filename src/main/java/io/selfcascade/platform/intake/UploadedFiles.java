package io.selfcascade.platform.intake;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.repository.Repository;

/** The rows of {@code uploaded_file}. */
interface UploadedFiles extends Repository<UploadedFile, UUID> {

    UploadedFile save(UploadedFile file);

    Optional<UploadedFile> findById(UUID id);
}
