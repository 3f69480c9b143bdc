package io.selfcascade.platform.intake;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which workloads an operation on many means; every null matches all.
 *
 * @param states names of states; empty for all
 * @param after only workloads younger than this one: the last of the request before
 * @param limit how many workloads one request looks at
 */
public record WorkloadFilter(@Nullable String tenant, List<String> states, @Nullable String namePrefix, @Nullable String model,
        @Nullable Integer priority, @Nullable Instant createdAfter, @Nullable Instant createdBefore, @Nullable UUID after, int limit) {

    /** Most workloads of one request. */
    public static final int MOST = 1_000;

    public WorkloadFilter {
        states = List.copyOf(states);
    }

    /** The same, of fewer workloads. */
    public WorkloadFilter atMost(int most) {
        return new WorkloadFilter(tenant, states, namePrefix, model, priority, createdAfter, createdBefore, after,
                Math.min(limit, most));
    }
}
