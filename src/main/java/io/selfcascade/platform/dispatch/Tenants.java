package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What tenants get of the platform. Every tenant is welcome; those that are not named have the terms of {@code each}.
 *
 * @param everyTenant terms where a tenant has none of its own
 * @param tenants terms of tenants by name; null where a term is that of every tenant
 */
@ConfigurationProperties("selfcascade")
record Tenants(@DefaultValue Each everyTenant, @DefaultValue Map<String, Named> tenants) {

    private static final String NAME = "[a-z0-9][a-z0-9._-]{0,62}";

    Tenants {
        tenants = Map.copyOf(tenants);
        tenants.forEach((name, terms) -> {
            require(name.matches(NAME), "selfcascade.tenants." + name,
                    "expected lower-case letters, digits, '.', '_' and '-', 63 at most; a name with dots stands in [brackets]");
            check("selfcascade.tenants." + name, terms.weight(), terms.maxOpenWorkloads(), terms.maxPendingItems(),
                    terms.maxDispatchedTasks());
        });
    }

    Terms each() {
        return new Terms(everyTenant.weight(), everyTenant.maxOpenWorkloads(), everyTenant.maxPendingItems(),
                everyTenant.maxDispatchedTasks());
    }

    /** Terms of the tenants that have some of their own, in the order of their names. */
    Map<String, Terms> named() {
        Map<String, Terms> named = new TreeMap<>();
        tenants.keySet().forEach(name -> named.put(name, of(name)));
        return named;
    }

    Terms of(String tenant) {
        Named own = tenants.get(tenant);
        Terms each = each();
        return own == null ? each : new Terms(
                own.weight() == null ? each.weight() : own.weight(),
                own.maxOpenWorkloads() == null ? each.maxOpenWorkloads() : own.maxOpenWorkloads(),
                own.maxPendingItems() == null ? each.maxPendingItems() : own.maxPendingItems(),
                own.maxDispatchedTasks() == null ? each.maxDispatchedTasks() : own.maxDispatchedTasks());
    }

    /** Whether the tasks under way have to be counted at all. */
    boolean limitDispatched() {
        return everyTenant.maxDispatchedTasks() != null
                || tenants.values().stream().anyMatch(terms -> terms.maxDispatchedTasks() != null);
    }

    private static void check(
            String where, @Nullable Integer weight, @Nullable Integer workloads, @Nullable Long items, @Nullable Integer tasks) {
        require(weight == null || (weight >= 1 && weight <= 1_000), where + ".weight: " + weight, "expected 1 to 1000");
        require(workloads == null || workloads >= 1, where + ".max-open-workloads: " + workloads, "expected at least 1");
        require(items == null || items >= 1, where + ".max-pending-items: " + items, "expected at least 1");
        require(tasks == null || tasks >= 1, where + ".max-dispatched-tasks: " + tasks, "expected at least 1; leave it out for no limit");
    }

    private static void require(boolean holds, String what, String expected) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid " + what + " (" + expected + ")");
        }
    }

    /** Terms of a tenant that is not named. */
    record Each(
            @DefaultValue("1") int weight,
            @DefaultValue("5000") int maxOpenWorkloads,
            @DefaultValue("5000000") long maxPendingItems,
            @Nullable Integer maxDispatchedTasks) {

        Each {
            check("selfcascade.every-tenant", weight, maxOpenWorkloads, maxPendingItems, maxDispatchedTasks);
        }
    }

    /** What a named tenant has of its own. */
    record Named(
            @Nullable Integer weight,
            @Nullable Integer maxOpenWorkloads,
            @Nullable Long maxPendingItems,
            @Nullable Integer maxDispatchedTasks) {}

    /**
     * What a tenant gets.
     *
     * @param weight of its share of the workers: twice the weight, twice the tasks, while both have work
     * @param maxOpenWorkloads that have not ended
     * @param maxPendingItems of those workloads, all together
     * @param maxDispatchedTasks on their way to workers or with them; null for no limit
     */
    record Terms(int weight, int maxOpenWorkloads, long maxPendingItems, @Nullable Integer maxDispatchedTasks) {}
}
