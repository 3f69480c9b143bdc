package io.selfcascade.platform.trigger;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

/** The rows of {@code schedule}. */
interface ScheduleRows extends Repository<Schedule, UUID> {

    /** Inserts or updates at once, so that rows which refer to this one can follow in the same transaction. */
    Schedule saveAndFlush(Schedule schedule);

    void delete(Schedule schedule);

    long countByTenant(String tenant);

    Optional<Schedule> findById(UUID id);

    Optional<Schedule> findByIdAndTenant(UUID id, String tenant);

    Optional<Schedule> findByTenantAndName(String tenant, String name);

    List<Schedule> findByTenantOrderByIdDesc(String tenant, Limit limit);

    List<Schedule> findByTenantAndIdLessThanOrderByIdDesc(String tenant, UUID id, Limit limit);
}
