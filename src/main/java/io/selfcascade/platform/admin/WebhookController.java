package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.WebhookRequestReader;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.webhook.Webhook;
import io.selfcascade.platform.webhook.WebhookSecret;
import io.selfcascade.platform.webhook.Webhooks;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Webhooks: addresses that are told when workloads change their state. */
@RestController
@ConditionalOnCoordinator
@RequestMapping(path = "/v1/webhooks", produces = MediaType.APPLICATION_JSON_VALUE)
class WebhookController {

    private static final String MESSAGES = "Told of every workload that enters one of the states in events; without events, of every"
            + " end. Messages follow Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature. The secret is shown in this"
            + " answer and never again.";

    private final Webhooks webhooks;
    private final WebhookRequestReader reader;

    WebhookController(Webhooks webhooks, WebhookRequestReader reader) {
        this.webhooks = webhooks;
        this.reader = reader;
    }

    @Operation(description = MESSAGES)
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<WebhookBody> create(HttpServletRequest request) throws IOException {
        WebhookBody body =
                WebhookBody.of(webhooks.create(RequestIdentity.DEFAULT_TENANT, reader.read(request.getInputStream())));
        return ResponseEntity.created(URI.create("/v1/webhooks/" + body.id())).body(body);
    }

    /** All there are: their number is bounded. */
    @GetMapping
    PageBody<WebhookBody> list() {
        List<WebhookBody> all =
                webhooks.all(RequestIdentity.DEFAULT_TENANT).stream().map(webhook -> WebhookBody.of(webhook, null)).toList();
        return PageBody.of(all, all.size(), WebhookBody::id);
    }

    @GetMapping("/{id}")
    WebhookBody get(@PathVariable UUID id) {
        return WebhookBody.of(webhooks.get(RequestIdentity.DEFAULT_TENANT, id), null);
    }

    /** Changes url, events or enabled. Enabled again, it is told what has waited for it. */
    @PatchMapping(path = "/{id}", consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
    WebhookBody edit(@PathVariable UUID id, HttpServletRequest request) throws IOException {
        return WebhookBody.of(
                webhooks.edit(RequestIdentity.DEFAULT_TENANT, id, reader.readEdit(request.getInputStream())), null);
    }

    /** Draws another secret, shown in this answer only. For a day messages carry the signatures of both. */
    @PostMapping("/{id}/rotate")
    WebhookBody rotate(@PathVariable UUID id) {
        return WebhookBody.of(webhooks.rotate(RequestIdentity.DEFAULT_TENANT, id));
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(@PathVariable UUID id) {
        webhooks.delete(RequestIdentity.DEFAULT_TENANT, id);
    }

    /** A webhook as JSON; with its secret only where that was just drawn. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record WebhookBody(
            UUID id,
            String url,
            List<String> events,
            boolean enabled,
            @JsonProperty("disabled_reason") @Nullable String disabledReason,
            @Nullable String secret,
            @JsonProperty("created_at") Instant createdAt) {

        static WebhookBody of(Webhooks.WithSecret made) {
            return of(made.webhook(), made.secret());
        }

        static WebhookBody of(Webhook webhook, @Nullable WebhookSecret secret) {
            return new WebhookBody(webhook.id(), webhook.url(), webhook.states().stream().map(RunState::stored).toList(),
                    webhook.enabled(), webhook.disabledReason(), secret == null ? null : secret.reveal(), webhook.createdAt());
        }

        @Override
        public String toString() {
            return "WebhookBody[id=" + id + "]";
        }
    }
}
