package io.selfcascade.platform.dispatch;

/** Tells readers which tenants have as much as they may. */
public interface TenantQuotas {

    /** Whether the tenant has as many tasks under way as it may, in all pools together. */
    boolean isReached(String tenant);
}
