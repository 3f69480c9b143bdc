package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.dispatch.WorkerControl;
import io.selfcascade.platform.report.WorkerView;
import io.selfcascade.platform.report.WorkerViews;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Workers: who is there, and who shall rest. */
@RestController
@ConditionalOnCoordinator
@RequestMapping(path = "/v1/workers", produces = MediaType.APPLICATION_JSON_VALUE)
class WorkerController {

    private final WorkerViews views;
    private final WorkerControl control;

    WorkerController(WorkerViews views, WorkerControl control) {
        this.views = views;
        this.control = control;
    }

    @GetMapping
    PageBody<WorkerBody> list(
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = Paging.DEFAULT_LIMIT) int limit) {
        int most = Paging.limit(limit);
        return PageBody.of(views.page(after, most + 1).stream().map(WorkerBody::of).toList(), most, WorkerBody::id);
    }

    @GetMapping("/{id}")
    WorkerBody get(@PathVariable String id) {
        return views.find(id).map(WorkerBody::of).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find worker: " + id + " (see GET /v1/workers)"));
    }

    /** Accepted, not done: the worker's state tells when it has heard. */
    @PostMapping("/{id}/drain")
    ResponseEntity<WorkerBody> drain(@PathVariable String id) {
        control.drain(id);
        return ResponseEntity.accepted().body(get(id));
    }

    @PostMapping("/{id}/resume")
    ResponseEntity<WorkerBody> resume(@PathVariable String id) {
        control.resume(id);
        return ResponseEntity.accepted().body(get(id));
    }

    /** A worker as JSON. */
    record WorkerBody(
            String id,
            String pool,
            String state,
            int slots,
            int running,
            Device device,
            List<String> models,
            @JsonProperty("last_seen") Instant lastSeen) {

        static WorkerBody of(WorkerView worker) {
            Device device =
                    new Device(worker.deviceKind(), worker.deviceName(), worker.memoryBytes(), worker.maxPixels());
            return new WorkerBody(worker.id(), worker.pool(), worker.state().stored(), worker.slots(), worker.running(), device,
                    worker.models(), worker.lastSeen());
        }
    }

    /** What it computes with; the largest stage it takes has {@code max_pixels}. */
    record Device(
            String kind,
            String name,
            @JsonProperty("memory_bytes") long memoryBytes,
            @JsonProperty("max_pixels") long maxPixels) {}
}
