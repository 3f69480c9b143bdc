package io.selfcascade.platform.intake;

import io.selfcascade.platform.intake.ItemSpool.Spooled;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.support.TransactionOperations;

/** Accepts workloads, each exactly once however often it is sent. Accepting does not start anything. */
public class WorkloadIntake {

    private static final Logger log = LoggerFactory.getLogger(WorkloadIntake.class);
    private static final int MOST_ITEMS_KEPT_WHOLE = 10_000;

    private final Workloads workloads;
    private final ItemSpool spool;
    private final ModelRegistry models;
    private final ApplicationEventPublisher events;
    private final TransactionOperations transactions;
    private final Uuid7 ids;
    private final RandomGenerator random;
    private final InstantSource clock;

    WorkloadIntake(
            Workloads workloads,
            ItemSpool spool,
            ModelRegistry models,
            ApplicationEventPublisher events,
            TransactionOperations transactions,
            Uuid7 ids,
            RandomGenerator random,
            InstantSource clock) {
        this.workloads = workloads;
        this.spool = spool;
        this.models = models;
        this.events = events;
        this.transactions = transactions;
        this.ids = ids;
        this.random = random;
        this.clock = clock;
    }

    /** Where the items of a workload that brings them itself lie in the artifact store. */
    public static String itemsKey(UUID workload) {
        return workload + "/items.jsonl";
    }

    /**
     * Accepts a request: when this returns, its items are durable and its rows are committed.
     *
     * @return the workload; the one accepted before if this identity has sent the same request already
     * @throws InvalidRequestException if the model, the items file or the cascade cannot be
     * @throws CascadeException KEY_REUSED if the identity has sent another request before; STORAGE_FULL if the items cannot be
     *     stored, EXCEEDS_STORAGE if their artifacts will not fit, QUOTA_EXCEEDED if the tenant has as much as it may
     */
    public Submission submit(WorkloadRequest request, RequestIdentity identity) {
        return submit(request, identity, id -> spool.spool(id, request));
    }

    /**
     * As {@link #submit(WorkloadRequest, RequestIdentity)}, for a request without items.
     *
     * @param items JSONL, at least one; not read if the identity has sent the request already
     */
    public Submission submit(WorkloadRequest request, InputStream items, RequestIdentity identity) {
        return submit(request, identity, id -> spool.spool(id, items));
    }

    private Submission submit(WorkloadRequest request, RequestIdentity identity, Function<UUID, Spooled> items) {
        Optional<Submission> replay = replay(request, identity);
        if (replay.isPresent()) {
            return replay.get();
        }
        ModelRegistration model = model(request);
        UUID id = ids.next();
        Spooled spooled = items.apply(id);
        try {
            transactions.executeWithoutResult(status -> insert(id, request, identity, model, spooled));
        } catch (DataIntegrityViolationException e) {
            // Two senders of one request met: the unique constraint let one of them through.
            return replay(request, identity).orElseThrow(() -> e);
        }
        log.info("workload accepted workload={} tenant={} source={} model={} target={} items={} priority={}", id, request.tenant(),
                identity.source(), request.model(), request.cascade().target(), spooled.count(), request.priority());
        return new Submission(id, false);
    }

    /**
     * Refuses what {@link #submit} would refuse, and accepts nothing.
     *
     * @param request whose items may be missing, if others will bring them
     * @throws InvalidRequestException if the model, the items file or the cascade cannot be
     * @throws CascadeException EXCEEDS_STORAGE if its artifacts will not fit
     */
    public void check(WorkloadRequest request) {
        ModelRegistration model = model(request);
        events.publishEvent(new WorkloadProposed(model, request.cascade(), request.stopAfter(), request.determinism(),
                spool.count(request), spool.freeBytes()));
    }

    private void insert(
            UUID id, WorkloadRequest request, RequestIdentity identity, ModelRegistration model, Spooled spooled) {
        long seed = request.seed() != null ? request.seed() : random.nextLong();
        try {
            workloads.saveAndFlush(new Workload(
                    id, identity, request, seed, keepPivots(request, spooled), spooled.key(), clock.instant()));
            events.publishEvent(new WorkloadAccepted(
                    id, request.tenant(), request.priority(), model, request.cascade(), request.stopAfter(),
                    request.determinism(), spooled.count(), spool.freeBytes()));
        } catch (RuntimeException e) {
            // Only here, before the commit: when a commit fails, nobody knows whether the row needs the items.
            spool.discard(spooled);
            throw e;
        }
    }

    private Optional<Submission> replay(WorkloadRequest request, RequestIdentity identity) {
        Optional<Workload> former = workloads.findByTenantAndSourceAndRequestKey(
                request.tenant(), identity.source(), identity.key());
        if (former.isPresent() && !former.get().answers(request)) {
            throw new CascadeException(ErrorCode.KEY_REUSED, "Cannot accept request " + identity.key() + " of "
                    + identity.source() + ": workload " + former.get().id()
                    + " was made from another body under this key (send a new key)");
        }
        return former.map(workload -> new Submission(workload.id(), true));
    }

    private ModelRegistration model(WorkloadRequest request) {
        return models.find(request.model()).orElseThrow(() -> InvalidRequestException.of(
                ErrorCode.INVALID_REQUEST, "/model", Violation.Kind.UNKNOWN_MODEL,
                "No such model: " + request.model() + " (known: " + String.join(", ", models.ids()) + ")"));
    }

    private static KeepPivots keepPivots(WorkloadRequest request, Spooled spooled) {
        if (request.keepPivots() != null) {
            return request.keepPivots();
        }
        return spooled.count() <= MOST_ITEMS_KEPT_WHOLE ? KeepPivots.ALL : KeepPivots.LAST;
    }
}
