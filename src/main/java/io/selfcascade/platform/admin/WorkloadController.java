package io.selfcascade.platform.admin;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.NextGeneration;
import io.selfcascade.platform.dispatch.RunControl;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.GenerationRequestReader;
import io.selfcascade.platform.intake.Submission;
import io.selfcascade.platform.intake.WorkloadEditReader;
import io.selfcascade.platform.intake.WorkloadEdits;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.intake.WorkloadRequestReader;
import io.selfcascade.platform.report.WorkloadView;
import io.selfcascade.platform.report.WorkloadViews;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.swagger.v3.oas.annotations.Parameter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Workloads: submit, watch, edit, pause, go on, cancel, retry, promote. */
@RestController
@ConditionalOnCoordinator
@RequestMapping(path = "/v1/workloads", produces = MediaType.APPLICATION_JSON_VALUE)
class WorkloadController {

    private static final String KEY = "Sent again with the same body, it is answered with the workload it made the first"
            + " time; with another body, with 422 key_reused.";

    private final WorkloadRequestReader reader;
    private final WorkloadIntake intake;
    private final WorkloadViews views;
    private final RunControl control;
    private final WorkloadEditReader editReader;
    private final WorkloadEdits edits;
    private final GenerationRequestReader choices;
    private final NextGeneration generations;
    private final ArtifactStore store;

    WorkloadController(WorkloadRequestReader reader, WorkloadIntake intake, WorkloadViews views, RunControl control,
            WorkloadEditReader editReader, WorkloadEdits edits, GenerationRequestReader choices, NextGeneration generations,
            ArtifactStore store) {
        this.reader = reader;
        this.intake = intake;
        this.views = views;
        this.control = control;
        this.editReader = editReader;
        this.edits = edits;
        this.choices = choices;
        this.generations = generations;
        this.store = store;
    }

    /**
     * Accepts a workload. The body is read by the platform's own strict reader, the same as for Kafka.
     *
     * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">Idempotency-Key</a>
     */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<WorkloadBody> submit(
            HttpServletRequest request,
            @Parameter(description = KEY) @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key)
            throws IOException {
        String identity = key == null ? "once-" + UUID.randomUUID() : key;
        Submission submission = intake.submit(
                reader.read(request.getInputStream()),
                new RequestIdentity(RequestIdentity.REST, identity));
        WorkloadBody body = WorkloadBody.of(view(submission.workloadId()));
        return ResponseEntity.accepted()
                .location(URI.create(body.links().get("self")))
                .header("Idempotency-Replayed", Boolean.toString(submission.replayed()))
                .body(body);
    }

    @GetMapping
    PageBody<WorkloadBody> list(
            @Parameter(description = "Only workloads of this tenant.") @RequestParam(required = false) @Nullable String tenant,
            @RequestParam(required = false) @Nullable UUID after,
            @RequestParam(defaultValue = Paging.DEFAULT_LIMIT) int limit) {
        int most = Paging.limit(limit);
        return PageBody.of(
                views.page(tenant, after, most + 1).stream().map(WorkloadBody::of).toList(),
                most,
                WorkloadBody::id);
    }

    @GetMapping("/{id}")
    ResponseEntity<WorkloadBody> get(@PathVariable UUID id) {
        return versioned(view(id));
    }

    /** Changes name, priority or deadline. With {@code If-Match} only if nobody else has edited it since. */
    @PatchMapping(path = "/{id}", consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
    ResponseEntity<WorkloadBody> edit(@PathVariable UUID id, HttpServletRequest request,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String version) throws IOException {
        edits.apply(id, editReader.read(request.getInputStream()), EntityVersion.of(version));
        return versioned(view(id));
    }

    @PostMapping("/{id}/pause")
    WorkloadBody pause(@PathVariable UUID id) {
        return want(id, Desired.PAUSE);
    }

    @PostMapping("/{id}/resume")
    WorkloadBody resume(@PathVariable UUID id) {
        return want(id, Desired.RUN);
    }

    @PostMapping("/{id}/cancel")
    WorkloadBody cancel(@PathVariable UUID id) {
        return want(id, Desired.CANCEL);
    }

    /** Has failed and cancelled items of an ended workload run again, all or those of the body. */
    @PostMapping("/{id}/retry")
    ResponseEntity<WorkloadBody> retry(@PathVariable UUID id, HttpServletRequest request) throws IOException {
        view(id);
        generations.retry(id, choices.read(request.getInputStream()));
        return ResponseEntity.accepted().body(WorkloadBody.of(view(id)));
    }

    /** Has drafts of an ended workload go on to full size, all or those of the body. */
    @PostMapping("/{id}/promote")
    ResponseEntity<WorkloadBody> promote(@PathVariable UUID id, HttpServletRequest request) throws IOException {
        view(id);
        generations.promote(id, choices.read(request.getInputStream()), store.freeBytes());
        return ResponseEntity.accepted().body(WorkloadBody.of(view(id)));
    }

    private WorkloadBody want(UUID id, Desired desired) {
        view(id);
        control.want(id, desired);
        return WorkloadBody.of(view(id));
    }

    private WorkloadView view(UUID id) {
        return views.get(id);
    }

    private static ResponseEntity<WorkloadBody> versioned(WorkloadView view) {
        return ResponseEntity.ok().header(HttpHeaders.ETAG, "\"" + view.version() + "\"").body(WorkloadBody.of(view));
    }
}
