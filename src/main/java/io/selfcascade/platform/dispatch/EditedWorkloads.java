package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.WorkloadEdited;
import org.springframework.context.event.EventListener;

/** Tells of an edit in the transaction that makes it; what is ready is looked at again, under the new priority. */
class EditedWorkloads {

    private final Revisions revisions;
    private final DispatchSignal signal;

    EditedWorkloads(Revisions revisions, DispatchSignal signal) {
        this.revisions = revisions;
        this.signal = signal;
    }

    @EventListener
    public void on(WorkloadEdited edited) {
        revisions.changed(edited.workloadId());
        signal.raise();
    }
}
