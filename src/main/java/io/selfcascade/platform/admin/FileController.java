package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.intake.FilePurpose;
import io.selfcascade.platform.intake.FileUploads;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.UploadedFile;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** Files sent ahead of the workloads that name them. */
@RestController
@ConditionalOnCoordinator
class FileController {

    private final FileUploads uploads;

    FileController(FileUploads uploads) {
        this.uploads = uploads;
    }

    /** Stores a file as {@code items} (JSONL) or {@code init_image} (PNG or JPEG). */
    @PostMapping(path = "/v1/files", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @ResponseStatus(HttpStatus.CREATED)
    FileBody upload(@RequestPart MultipartFile file, @RequestParam String purpose) throws IOException {
        try (InputStream content = file.getInputStream()) {
            return FileBody.of(uploads.store(
                    RequestIdentity.DEFAULT_TENANT, purpose(purpose), file.getOriginalFilename(), content));
        }
    }

    private static FilePurpose purpose(String text) {
        return Arrays.stream(FilePurpose.values())
                .filter(purpose -> purpose.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/purpose",
                        Violation.Kind.INVALID_VALUE, "Invalid purpose: " + text + " (expected items or init_image)"));
    }

    /** An uploaded file as JSON; requests name it by its id. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record FileBody(
            String id,
            String purpose,
            @Nullable String name,
            @JsonProperty("media_type") String mediaType,
            long bytes,
            String sha256,
            @JsonProperty("created_at") Instant createdAt) {

        static FileBody of(UploadedFile file) {
            return new FileBody(file.reference(), file.purpose().name().toLowerCase(Locale.ROOT), file.name(),
                    file.mediaType(), file.stored().bytes(), file.stored().sha256(), file.createdAt());
        }
    }
}
