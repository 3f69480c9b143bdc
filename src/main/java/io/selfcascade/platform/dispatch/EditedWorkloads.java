package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.WorkloadEdited;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tells of an edit in the transaction that makes it; what is ready is looked at again, under the new priority. */
class EditedWorkloads {

    private final JdbcClient jdbc;
    private final Revisions revisions;
    private final DispatchSignal signal;

    EditedWorkloads(JdbcClient jdbc, Revisions revisions, DispatchSignal signal) {
        this.jdbc = jdbc;
        this.revisions = revisions;
        this.signal = signal;
    }

    @EventListener
    public void on(WorkloadEdited edited) {
        revisions.changed(edited.workloadId());
        // Last: the dispatcher waits for this row.
        FairShare.reweigh(jdbc, edited.workloadId());
        signal.raise();
    }
}
