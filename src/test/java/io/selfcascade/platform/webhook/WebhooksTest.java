package io.selfcascade.platform.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.WebhookRequest;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is told, and of what. */
class WebhooksTest {

    private static final String URL = "https://example.org/hook";

    private WebhookFixture hooks;

    @BeforeEach
    void open() throws IOException {
        hooks = new WebhookFixture();
    }

    @AfterEach
    void close() throws IOException {
        hooks.close();
    }

    @Test
    void tellsOfEveryEndUnlessAskedForOtherStates() {
        Webhook ends = hooks.hook(URL).webhook();
        Webhook starts = hooks.hook(URL, "in_progress").webhook();
        UUID workload = hooks.ended("in_progress");
        hooks.changed(workload, "completed");

        assertThat(ends.states()).containsExactly(RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED, RunState.EXPIRED);
        assertThat(hooks.deliveries.of(workload)).extracting(WebhookDelivery::webhook, WebhookDelivery::runState)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(ends.id(), RunState.COMPLETED),
                        org.assertj.core.groups.Tuple.tuple(starts.id(), RunState.IN_PROGRESS));
    }

    @Test
    void tellsOfAStateOnceHoweverOftenTheWorkloadChangesInIt() {
        hooks.hook(URL);
        UUID workload = hooks.ended("completed");
        hooks.changed(workload, "completed");
        assertThat(hooks.deliveries.of(workload)).hasSize(1);

        hooks.tick(Duration.ofDays(10));
        hooks.database.execute("DELETE FROM webhook_delivery");
        hooks.told(workload);

        assertThat(hooks.deliveries.of(workload)).isEmpty();
    }

    @Test
    void tellsOfEveryGeneration() {
        hooks.hook(URL);
        UUID workload = hooks.ended("failed");
        hooks.database.execute("UPDATE workload_run SET generation = 2, finished_at = NULL WHERE workload_id = '%s'".formatted(workload));
        hooks.changed(workload, "failed");

        assertThat(hooks.deliveries.of(workload)).extracting(WebhookDelivery::generation).containsExactly(2, 1);
    }

    @Test
    void keepsTenantsApart() {
        Webhook foreign = hooks.webhooks.create("another",
                new WebhookRequest(java.net.URI.create(URL), null, null)).webhook();

        assertThat(hooks.deliveries.of(hooks.ended("completed"))).isEmpty();
        assertThatThrownBy(() -> hooks.webhooks.get(WebhookFixture.TENANT, foreign.id())).isInstanceOf(CascadeException.class);
        assertThatThrownBy(() -> hooks.webhooks.rotate(WebhookFixture.TENANT, foreign.id())).isInstanceOf(CascadeException.class);
        assertThatThrownBy(() -> hooks.webhooks.delete(WebhookFixture.TENANT, foreign.id())).isInstanceOf(CascadeException.class);
    }

    @Test
    void refusesUnknownEventsAndMoreWebhooksThanOneMayHave() {
        assertThatThrownBy(() -> hooks.hook(URL, "completed", "exploded"))
                .isInstanceOfSatisfying(InvalidRequestException.class,
                        e -> assertThat(e.violations()).extracting("pointer").containsExactly("/events/1"));
        for (int n = 0; n < hooks.properties.mostWebhooks(); n++) {
            hooks.hook(URL);
        }

        assertThatThrownBy(() -> hooks.hook(URL))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    }

    @Test
    void aDisabledWebhookIsToldNothingAndWhatWaitedOnceItIsEnabled() {
        Webhook hook = hooks.hook("http://nobody.example/hook").webhook();
        UUID before = hooks.ended("completed");
        enable(hook, false);
        UUID meanwhile = hooks.ended("completed");
        assertThat(hooks.deliveries.claim(9, 2, Duration.ofMinutes(1))).isEmpty();

        enable(hook, true);

        assertThat(hooks.deliveries.claim(9, 2, Duration.ofMinutes(1))).extracting(DueDelivery::id)
                .containsExactly(hooks.only(before).id());
        assertThat(hooks.deliveries.of(meanwhile)).isEmpty();
    }

    @Test
    void forgetsWhatIsSettledAfterAWhile() {
        hooks.hook(URL);
        UUID settled = hooks.ended("completed");
        DueDelivery due = hooks.deliveries.claim(9, 2, Duration.ofMinutes(1)).get(0);
        hooks.deliveries.settle(due, Answer.of(200), java.util.Optional.empty());
        UUID waiting = hooks.ended("completed");
        hooks.tick(Duration.ofDays(6));
        assertThat(hooks.deliveries.clean(Duration.ofDays(7))).isZero();
        hooks.tick(Duration.ofDays(2));

        assertThat(hooks.deliveries.clean(Duration.ofDays(7))).isEqualTo(1);
        assertThat(hooks.deliveries.of(settled)).isEmpty();
        assertThat(hooks.deliveries.of(waiting)).hasSize(1);
    }

    @Test
    void nothingIsSentTwiceByWhoAsksWhileItIsSent() {
        hooks.hook(URL);
        UUID workload = hooks.ended("completed");
        long id = hooks.deliveries.claim(9, 2, Duration.ofMinutes(1)).get(0).id();

        assertThatThrownBy(() -> hooks.deliveries.redeliver(workload, id))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
        assertThatThrownBy(() -> hooks.deliveries.redeliver(UUID.randomUUID(), id))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    private void enable(Webhook hook, boolean enabled) {
        hooks.webhooks.edit(WebhookFixture.TENANT, hook.id(), new WebhookRequest(null, null, enabled));
        assertThat(hooks.webhooks.all(WebhookFixture.TENANT)).extracting(Webhook::enabled).containsExactly(enabled);
    }
}
