package io.selfcascade.platform.intake;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.repository.Repository;

/** The rows of {@code workload}. */
public interface Workloads extends Repository<Workload, UUID> {

    /** Inserts or updates at once, so that rows which refer to this one can follow in the same transaction. */
    Workload saveAndFlush(Workload workload);

    Optional<Workload> findById(UUID id);

    Optional<Workload> findByTenantAndSourceAndRequestKey(String tenant, String source, String requestKey);
}
