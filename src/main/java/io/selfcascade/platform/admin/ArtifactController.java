package io.selfcascade.platform.admin;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.intake.RequestIdentity;
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

/** The bytes of accepted artifacts. */
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
        ArtifactView artifact = artifacts.find(RequestIdentity.DEFAULT_TENANT, id).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find artifact: " + id + " (see the items of its workload)"));
        String name = artifact.key().substring(artifact.key().lastIndexOf('/') + 1);
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(artifact.mediaType()))
                .contentLength(artifact.bytes())
                .eTag("\"" + artifact.sha256() + "\"")
                .cacheControl(CacheControl.noCache().cachePrivate())
                .header(HttpHeaders.CONTENT_DISPOSITION, ContentDisposition.inline().filename(name).build().toString())
                .header("X-Content-Type-Options", "nosniff")
                .body(new InputStreamResource(store.open(artifact.key())));
    }
}
