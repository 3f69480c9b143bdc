package io.selfcascade.platform.admin;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.WorkloadRun;
import io.selfcascade.platform.report.ResultDocuments;
import io.selfcascade.platform.report.WorkloadViews;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Results, errors and manifest: the stored document once a run has ended, until then what it would be now. */
@RestController
@ConditionalOnCoordinator
@RequestMapping("/v1/workloads/{id}")
class DocumentController {

    private static final String JSON_LINES = "application/jsonl";

    private final WorkloadViews workloads;
    private final RunLedger runs;
    private final ResultDocuments documents;
    private final ArtifactStore store;

    DocumentController(WorkloadViews workloads, RunLedger runs, ResultDocuments documents, ArtifactStore store) {
        this.workloads = workloads;
        this.runs = runs;
        this.documents = documents;
        this.store = store;
    }

    @GetMapping("/results.jsonl")
    ResponseEntity<StreamingResponseBody> results(@PathVariable UUID id) {
        return stream(JSON_LINES, run(id).resultsKey(), out -> documents.writeResults(id, out));
    }

    @GetMapping("/errors.jsonl")
    ResponseEntity<StreamingResponseBody> errors(@PathVariable UUID id) {
        return stream(JSON_LINES, run(id).errorsKey(), out -> documents.writeErrors(id, out));
    }

    @GetMapping("/manifest.json")
    ResponseEntity<StreamingResponseBody> manifest(@PathVariable UUID id) {
        return stream(MediaType.APPLICATION_JSON_VALUE, run(id).manifestKey(),
                out -> documents.writeManifest(id, null, null, out));
    }

    private ResponseEntity<StreamingResponseBody> stream(String type, @Nullable String storedKey, Writer asOfNow) {
        return ResponseEntity.ok().contentType(MediaType.parseMediaType(type)).body(out -> {
            if (storedKey == null) {
                asOfNow.writeTo(out);
            } else {
                try (InputStream stored = store.open(storedKey)) {
                    stored.transferTo(out);
                }
            }
        });
    }

    private WorkloadRun run(UUID id) {
        workloads.get(id);
        return runs.get(id);
    }

    /** Writes a document to a stream it does not close. */
    @FunctionalInterface
    private interface Writer {
        void writeTo(OutputStream out) throws IOException;
    }
}
