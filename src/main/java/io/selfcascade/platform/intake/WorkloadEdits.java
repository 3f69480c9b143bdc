package io.selfcascade.platform.intake;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.transaction.support.TransactionOperations;

/** Edits workloads, never over somebody else's edit: each one is made on a version. */
public class WorkloadEdits {

    private final Workloads workloads;
    private final ApplicationEventPublisher events;
    private final TransactionOperations transactions;

    WorkloadEdits(Workloads workloads, ApplicationEventPublisher events, TransactionOperations transactions) {
        this.workloads = workloads;
        this.events = events;
        this.transactions = transactions;
    }

    /**
     * Applies an edit.
     *
     * @param version the edit was made on; null: whichever is current
     * @throws CascadeException NOT_FOUND if there is no such workload; VERSION_MISMATCH if it has been edited since
     */
    public void apply(UUID id, WorkloadEdit edit, @Nullable Integer version) {
        try {
            transactions.executeWithoutResult(status -> {
                Workload workload = workloads.findById(id).orElseThrow(() -> new CascadeException(
                        ErrorCode.NOT_FOUND, "Cannot find workload: " + id + " (see GET /v1/workloads)"));
                if (version != null && version != workload.version()) {
                    throw mismatch(id, version, null);
                }
                workload.edit(edit);
                workloads.saveAndFlush(workload);
                events.publishEvent(new WorkloadEdited(id));
            });
        } catch (OptimisticLockingFailureException e) {
            throw mismatch(id, version, e);
        }
    }

    private static CascadeException mismatch(UUID id, @Nullable Integer version, @Nullable Throwable cause) {
        return new CascadeException(ErrorCode.VERSION_MISMATCH, "Cannot edit workload " + id
                + (version == null ? "" : " of version " + version) + ": it has been edited since (read it again)", cause);
    }
}
