package io.selfcascade.platform.admin;

import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.report.WorkloadViews;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.spec.ErrorCode;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Changes of a workload, as they happen. */
@RestController
@ConditionalOnCoordinator
class EventController {

    private static final String STREAM = "First workload.snapshot, then workload.updated with every change, at most twice a"
            + " second for progress; the data of both is the workload event of docs/spec/dispatch.md, the id its revision. A"
            + " comment comes every 15 s. The stream ends when the workload has ended, and after 15 min. 503 too_many_streams"
            + " if too many are open.";
    private static final String LAST = "The id of the last event read: the stream goes on behind it, or begins with a"
            + " snapshot where too much has happened since. 204 if the workload ended with that event.";

    private final WorkloadViews workloads;
    private final EventStreams streams;

    EventController(WorkloadViews workloads, EventStreams streams) {
        this.workloads = workloads;
        this.streams = streams;
    }

    @Operation(description = STREAM)
    @GetMapping(path = "/v1/workloads/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void events(@PathVariable UUID id,
            @Parameter(description = LAST) @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last,
            HttpServletRequest request, HttpServletResponse response) throws IOException {
        workloads.get(id);
        Long after = revision(last);
        if (request.getMethod().equals("HEAD")) {
            EventStreams.writeHead(response);
        } else {
            streams.open(id, after, request, response);
        }
    }

    private static @Nullable Long revision(@Nullable String lastEventId) {
        if (lastEventId == null || lastEventId.isEmpty()) {
            return null;
        }
        if (!lastEventId.matches("\\d{1,18}")) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/Last-Event-ID", Violation.Kind.INVALID_VALUE,
                    "Invalid Last-Event-ID: " + lastEventId + " (expected the id of an event, such as 17, or none)");
        }
        return Long.valueOf(lastEventId);
    }
}
