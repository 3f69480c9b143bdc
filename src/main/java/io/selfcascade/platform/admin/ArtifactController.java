package io.selfcascade.platform.admin;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.report.ArtifactView;
import io.selfcascade.platform.report.ArtifactViews;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The bytes of accepted artifacts, and the pictures of pivots. */
@RestController
@ConditionalOnCoordinator
class ArtifactController {

    private final ArtifactViews artifacts;
    private final ArtifactStore store;

    ArtifactController(ArtifactViews artifacts, ArtifactStore store) {
        this.artifacts = artifacts;
        this.store = store;
    }

    @GetMapping("/v1/artifacts/{id}/content")
    ResponseEntity<Resource> content(@PathVariable long id) {
        ArtifactView artifact = require(id);
        return bytes(artifact.key(), artifact.mediaType(), artifact.bytes(), artifact.sha256());
    }

    @GetMapping("/v1/artifacts/{id}/preview")
    ResponseEntity<Resource> preview(@PathVariable long id) {
        ArtifactView.Preview preview = require(id).preview();
        if (preview == null) {
            throw new CascadeException(ErrorCode.NOT_FOUND,
                    "Cannot find preview: artifact " + id + " has none (ask for them with \"previews\": true)");
        }
        return bytes(preview.key(), MediaType.IMAGE_PNG_VALUE, preview.bytes(), preview.sha256());
    }

    private ArtifactView require(long id) {
        return artifacts.find(id).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find artifact: " + id + " (see the items of its workload)"));
    }

    private ResponseEntity<Resource> bytes(String key, String mediaType, long bytes, String sha256) {
        String name = key.substring(key.lastIndexOf('/') + 1);
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(mediaType))
                .contentLength(bytes)
                .eTag("\"" + sha256 + "\"")
                .cacheControl(CacheControl.noCache().cachePrivate())
                .header(HttpHeaders.CONTENT_DISPOSITION, ContentDisposition.inline().filename(name).build().toString())
                .header("X-Content-Type-Options", "nosniff")
                .body(new InputStreamResource(store.open(key)));
    }
}
