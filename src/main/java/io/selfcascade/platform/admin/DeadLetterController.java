package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.deadletter.DeadLetter;
import io.selfcascade.platform.deadletter.DeadLetterLedger;
import io.selfcascade.platform.deadletter.DeadLetterState;
import io.selfcascade.platform.intake.DeadLetterFilter;
import io.selfcascade.platform.intake.DeadLetterFilterReader;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.spec.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
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

/** Dead letters: look at what could not be taken in, and have it taken in again. */
@RestController
@ConditionalOnCoordinator
@RequestMapping(path = "/v1/dead-letters", produces = MediaType.APPLICATION_JSON_VALUE)
class DeadLetterController {

    private final DeadLetterLedger ledger;
    private final DeadLetterFilterReader filters;

    DeadLetterController(DeadLetterLedger ledger, DeadLetterFilterReader filters) {
        this.ledger = ledger;
        this.filters = filters;
    }

    /** Newest first, without their records. */
    @GetMapping
    PageBody<DeadLetterBody> list(
            @RequestParam(required = false) @Nullable String topic,
            @RequestParam(required = false) @Nullable String code,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable Long after,
            @RequestParam(defaultValue = Paging.DEFAULT_LIMIT) int limit) {
        int most = Paging.limit(limit);
        List<DeadLetter> page = ledger.page(new DeadLetterFilter(topic, code, null, most + 1), state(state), after);
        return PageBody.of(page.stream().map(DeadLetterBody::of).toList(), most, DeadLetterBody::id);
    }

    /** One dead letter with key, value and headers of its record. */
    @GetMapping("/{id}")
    DeadLetterBody get(@PathVariable long id) {
        return DeadLetterBody.of(ledger.get(id), ledger.content(id));
    }

    /** Accepted, and done soon whatever dies: the record goes to its topic again, once. Asking again changes nothing. */
    @PostMapping("/{id}/redrive")
    ResponseEntity<DeadLetterBody> redrive(@PathVariable long id) {
        return ResponseEntity.accepted().body(DeadLetterBody.of(ledger.redrive(id)));
    }

    /** The same for all that are kept and match, oldest first, as many as one request may. */
    @PostMapping(path = "/redrive", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<RedriveBody> redriveAll(HttpServletRequest request) throws IOException {
        DeadLetterFilter filter = filters.read(request.getInputStream());
        List<String> ids = ledger.redrive(filter).stream().map(String::valueOf).toList();
        return ResponseEntity.accepted().body(new RedriveBody(ids.size(), ids, ledger.anyKept(filter)));
    }

    private static @Nullable DeadLetterState state(@Nullable String name) {
        if (name == null) {
            return null;
        }
        return Arrays.stream(DeadLetterState.values()).filter(state -> state.stored().equals(name)).findFirst()
                .orElseThrow(() -> InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/state", Violation.Kind.INVALID_VALUE,
                        "Invalid state: " + name + " (expected kept, redriving or redriven)"));
    }

    /** What a bulk redrive has begun. */
    record RedriveBody(int redriving, List<String> ids, @JsonProperty("has_more") boolean hasMore) {}
}
