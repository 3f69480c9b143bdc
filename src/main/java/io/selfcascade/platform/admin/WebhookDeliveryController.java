package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.report.WorkloadViews;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.webhook.WebhookDeliveries;
import io.selfcascade.platform.webhook.WebhookDelivery;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What webhooks were told of a workload, how that went, and once more. */
@RestController
@ConditionalOnCoordinator
@RequestMapping(path = "/v1/workloads/{id}/webhook-deliveries", produces = MediaType.APPLICATION_JSON_VALUE)
class WebhookDeliveryController {

    private static final int MOST = 100;

    private final WorkloadViews workloads;
    private final WebhookDeliveries deliveries;

    WebhookDeliveryController(WorkloadViews workloads, WebhookDeliveries deliveries) {
        this.workloads = workloads;
        this.deliveries = deliveries;
    }

    /** The newest hundred, newest first. */
    @GetMapping
    PageBody<DeliveryBody> list(@PathVariable UUID id) {
        workloads.get(id);
        return PageBody.of(deliveries.of(id).stream().map(DeliveryBody::of).toList(), MOST, DeliveryBody::id);
    }

    /** Sent again now, under the webhook-id it had, so that a receiver who has it knows. */
    @PostMapping("/{delivery}/redeliver")
    ResponseEntity<DeliveryBody> redeliver(@PathVariable UUID id, @PathVariable long delivery) {
        workloads.get(id);
        return ResponseEntity.accepted().body(DeliveryBody.of(deliveries.redeliver(id, delivery)));
    }

    /** A delivery as JSON. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record DeliveryBody(
            long id,
            UUID webhook,
            @JsonProperty("webhook_id") String messageId,
            String event,
            int generation,
            String state,
            int attempts,
            @JsonProperty("next_at") @Nullable Instant nextAt,
            @JsonProperty("last_status") @Nullable Integer lastStatus,
            @JsonProperty("last_error") @Nullable String lastError,
            @JsonProperty("attempted_at") @Nullable Instant attemptedAt,
            @JsonProperty("created_at") Instant createdAt) {

        static DeliveryBody of(WebhookDelivery delivery) {
            return new DeliveryBody(delivery.id(), delivery.webhook(), "msg_" + delivery.messageId(),
                    "workload." + delivery.runState().stored(), delivery.generation(), delivery.state().stored(),
                    delivery.attempts(), delivery.nextAt(), delivery.lastStatus(), delivery.lastError(), delivery.attemptedAt(),
                    delivery.createdAt());
        }
    }
}
