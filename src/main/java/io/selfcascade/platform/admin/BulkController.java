package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.dispatch.BulkControl;
import io.selfcascade.platform.dispatch.BulkItemControl;
import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.WorkloadRun;
import io.selfcascade.platform.intake.FilterReader;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Operations on many workloads, or on many items of one: what a filter in the body matches, up to a bound per request. */
@RestController
@ConditionalOnCoordinator
@RequestMapping(path = "/v1/workloads", produces = MediaType.APPLICATION_JSON_VALUE, consumes = MediaType.APPLICATION_JSON_VALUE)
class BulkController {

    private final FilterReader filters;
    private final BulkControl workloads;
    private final BulkItemControl items;

    BulkController(FilterReader filters, BulkControl workloads, BulkItemControl items) {
        this.filters = filters;
        this.workloads = workloads;
        this.items = items;
    }

    @PostMapping("/pause")
    BulkBody pause(HttpServletRequest request) throws IOException {
        return BulkBody.of(workloads.want(filters.workloads(request.getInputStream()), Desired.PAUSE));
    }

    @PostMapping("/resume")
    BulkBody resume(HttpServletRequest request) throws IOException {
        return BulkBody.of(workloads.want(filters.workloads(request.getInputStream()), Desired.RUN));
    }

    @PostMapping("/cancel")
    BulkBody cancel(HttpServletRequest request) throws IOException {
        return BulkBody.of(workloads.want(filters.workloads(request.getInputStream()), Desired.CANCEL));
    }

    /** Looks at a hundred workloads at most. */
    @PostMapping("/retry")
    ResponseEntity<BulkBody> retry(HttpServletRequest request) throws IOException {
        return ResponseEntity.accepted().body(BulkBody.of(workloads.retry(filters.workloads(request.getInputStream()))));
    }

    /** Cancels matching items that are not settled; the rest of the workload goes on. */
    @PostMapping("/{id}/items/cancel")
    ItemsBody cancelItems(@PathVariable UUID id, HttpServletRequest request) throws IOException {
        return new ItemsBody(items.cancel(id, filters.items(request.getInputStream())), null);
    }

    /** Has matching items of an ended workload run again: its next generation, of them alone. */
    @PostMapping("/{id}/items/retry")
    ResponseEntity<ItemsBody> retryItems(@PathVariable UUID id, HttpServletRequest request) throws IOException {
        WorkloadRun run = items.retry(id, filters.items(request.getInputStream()));
        return ResponseEntity.accepted().body(new ItemsBody(null, run.generation()));
    }

    /** What became of an operation on many workloads. The next request goes on with {@code after} the last id. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record BulkBody(
            int matched,
            int changed,
            List<UUID> ids,
            @JsonProperty("has_more") boolean hasMore,
            @JsonProperty("last_id") @Nullable UUID lastId) {

        static BulkBody of(BulkControl.Outcome outcome) {
            List<UUID> matched = outcome.matched();
            return new BulkBody(matched.size(), outcome.changed().size(), outcome.changed(), outcome.hasMore(),
                    matched.isEmpty() ? null : matched.get(matched.size() - 1));
        }
    }

    /** What became of an operation on many items. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record ItemsBody(@Nullable Integer changed, @Nullable Integer generation) {}
}
