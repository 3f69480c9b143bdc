package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class TenantsTest {

    /** The defaults, and what some tenants have of their own. */
    static Tenants with(Map<String, Tenants.Named> tenants) {
        return new Tenants(new Tenants.Each(1, 5_000, 5_000_000, null), tenants);
    }

    @Test
    void everyTenantHasTheSameTermsByDefault() {
        Tenants tenants = bound(Map.of());

        assertThat(tenants.of("anyone")).isEqualTo(new Tenants.Terms(1, 5_000, 5_000_000, null));
        assertThat(tenants.limitDispatched()).isFalse();
    }

    @Test
    void aNamedTenantHasTheTermsOfAllWhereItHasNoneOfItsOwn() {
        Tenants tenants = bound(Map.of("selfcascade.every-tenant.max-dispatched-tasks", "100", "selfcascade.every-tenant.weight", "2",
                "selfcascade.tenants.film.weight", "6", "selfcascade.tenants[night.batch].max-pending-items", "10"));

        assertThat(tenants.of("film")).isEqualTo(new Tenants.Terms(6, 5_000, 5_000_000, 100));
        assertThat(tenants.of("night.batch")).isEqualTo(new Tenants.Terms(2, 5_000, 10, 100));
        assertThat(tenants.limitDispatched()).isTrue();
    }

    @Test
    void refusesTermsThatCannotBe() {
        assertThatThrownBy(() -> bound(Map.of("selfcascade.tenants.film.weight", "0"))).rootCause()
                .hasMessage("Invalid selfcascade.tenants.film.weight: 0 (expected 1 to 1000)");
        assertThatThrownBy(() -> bound(Map.of("selfcascade.every-tenant.max-dispatched-tasks", "0"))).rootCause()
                .hasMessageContaining("leave it out for no limit");
        assertThatThrownBy(() -> bound(Map.of("selfcascade.tenants[Film_A].weight", "1"))).rootCause()
                .hasMessageContaining("Invalid selfcascade.tenants.Film_A (expected lower-case letters");
    }

    private static Tenants bound(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values)).bindOrCreate("selfcascade", Tenants.class);
    }
}
