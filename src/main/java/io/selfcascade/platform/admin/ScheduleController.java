package io.selfcascade.platform.admin;

import io.selfcascade.platform.intake.BackfillRequestReader;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.ScheduleRequestReader;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.trigger.RequestedRuns;
import io.selfcascade.platform.trigger.ScheduleView;
import io.selfcascade.platform.trigger.Schedules;
import io.swagger.v3.oas.annotations.Parameter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Schedules: what runs by the clock, when it will, and what became of it. */
@RestController
@ConditionalOnCoordinator
@RequestMapping(path = "/v1/schedules", produces = MediaType.APPLICATION_JSON_VALUE)
class ScheduleController {

    private static final String TENANT = RequestIdentity.DEFAULT_TENANT;
    private static final String KEY = "Sent again, it is answered with the run it made the first time.";

    private final ScheduleRequestReader reader;
    private final BackfillRequestReader backfills;
    private final Schedules schedules;
    private final RequestedRuns requested;

    ScheduleController(
            ScheduleRequestReader reader, BackfillRequestReader backfills, Schedules schedules, RequestedRuns requested) {
        this.reader = reader;
        this.backfills = backfills;
        this.schedules = schedules;
        this.requested = requested;
    }

    /** Adds a schedule. Its workload is checked now as if it were submitted. */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<ScheduleBody> create(HttpServletRequest request) throws IOException {
        ScheduleView view = schedules.create(TENANT, reader.read(request.getInputStream()));
        return versioned(ResponseEntity.created(URI.create("/v1/schedules/" + view.id())), view);
    }

    @GetMapping
    PageBody<ScheduleBody> list(
            @RequestParam(required = false) @Nullable UUID after,
            @RequestParam(defaultValue = Paging.DEFAULT_LIMIT) int limit) {
        int most = Paging.limit(limit);
        return PageBody.of(
                schedules.page(TENANT, after, most + 1).stream().map(ScheduleBody::of).toList(), most, ScheduleBody::id);
    }

    @GetMapping("/{id}")
    ResponseEntity<ScheduleBody> get(@PathVariable UUID id) {
        return versioned(ResponseEntity.ok(), schedules.get(TENANT, id));
    }

    /** A merge patch: what is absent stays, null takes a field away. With {@code If-Match} only if nobody has edited it since. */
    @PatchMapping(path = "/{id}", consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
    ResponseEntity<ScheduleBody> edit(@PathVariable UUID id, HttpServletRequest request,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String version) throws IOException {
        return versioned(ResponseEntity.ok(),
                schedules.edit(TENANT, id, reader.readPatch(request.getInputStream()), EntityVersion.of(version)));
    }

    /** Removes a schedule and its history; workloads it has started go on. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id) {
        schedules.delete(TENANT, id);
    }

    @PostMapping("/{id}/pause")
    ResponseEntity<ScheduleBody> pause(@PathVariable UUID id) {
        return versioned(ResponseEntity.ok(), schedules.pause(TENANT, id));
    }

    /** Goes on with the next time there is; what passed meanwhile is not made up for. */
    @PostMapping("/{id}/resume")
    ResponseEntity<ScheduleBody> resume(@PathVariable UUID id) {
        return versioned(ResponseEntity.ok(), schedules.resume(TENANT, id));
    }

    /** Runs it now, also while it is paused; its overlap policy applies. */
    @PostMapping("/{id}/trigger")
    ResponseEntity<ScheduleRunBody> trigger(@PathVariable UUID id,
            @Parameter(description = KEY) @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
        RequestIdentity identity =
                new RequestIdentity(RequestIdentity.REST, key == null ? "once-" + UUID.randomUUID() : key);
        RequestedRuns.Triggered triggered = requested.trigger(TENANT, id, identity);
        return ResponseEntity.accepted()
                .header("Idempotency-Replayed", Boolean.toString(triggered.replayed()))
                .body(ScheduleRunBody.of(triggered.run()));
    }

    /** Has the times of a range of days run that have not yet, one after the other. Sent again it changes nothing. */
    @PostMapping(path = "/{id}/backfill", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.ACCEPTED)
    BackfillBody backfill(@PathVariable UUID id, HttpServletRequest request) throws IOException {
        RequestedRuns.Backfill backfill = requested.backfill(TENANT, id, backfills.read(request.getInputStream()));
        return new BackfillBody(backfill.waiting(), backfill.times() - backfill.waiting());
    }

    /** When it runs next, and what the clocks do in those nights. */
    @GetMapping("/{id}/next-runs")
    List<ScheduledTimeBody> nextRuns(@PathVariable UUID id, @RequestParam(defaultValue = "5") int count) {
        ScheduleView view = schedules.get(TENANT, id);
        return schedules.nextTimes(TENANT, id, Paging.within("count", count)).stream()
                .map(time -> ScheduledTimeBody.of(time, view.request().timeZone()))
                .toList();
    }

    /** What became of former times, the one decided last first. */
    @GetMapping("/{id}/runs")
    PageBody<ScheduleRunBody> runs(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable Long after,
            @RequestParam(defaultValue = Paging.DEFAULT_LIMIT) int limit) {
        int most = Paging.limit(limit);
        return PageBody.of(schedules.runs(TENANT, id, after, most + 1).stream().map(ScheduleRunBody::of).toList(),
                most, ScheduleRunBody::id);
    }

    /** How many times of the range wait now, and how many stay as they were. */
    record BackfillBody(int waiting, int untouched) {}

    private static ResponseEntity<ScheduleBody> versioned(ResponseEntity.BodyBuilder answer, ScheduleView view) {
        return answer.header(HttpHeaders.ETAG, "\"" + view.version() + "\"").body(ScheduleBody.of(view));
    }
}
