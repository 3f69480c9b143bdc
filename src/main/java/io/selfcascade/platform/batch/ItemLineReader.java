package io.selfcascade.platform.batch;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.Desired;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.intake.IntakeLimits;
import io.selfcascade.platform.intake.ItemLines;
import io.selfcascade.platform.intake.RawItem;
import io.selfcascade.platform.intake.Workload;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamException;
import org.springframework.batch.infrastructure.item.ItemStreamReader;

/**
 * Reads the lines of a workload's items and goes on, after a restart, where the last committed chunk ended. Once the
 * run is to be cancelled there are no more lines.
 */
class ItemLineReader implements ItemStreamReader<RawItem> {

    private static final String NEXT = "ordinal.next";
    private static final int LOOK_EVERY = 500;

    private final ConductedRun run;
    private final Workload workload;
    private final RunLedger runs;
    private final ArtifactStore store;
    private final IntakeLimits limits;
    private @Nullable ItemLines lines;
    private int next;

    ItemLineReader(ConductedRun run, Workload workload, RunLedger runs, ArtifactStore store, IntakeLimits limits) {
        this.run = run;
        this.workload = workload;
        this.runs = runs;
        this.store = store;
        this.limits = limits;
    }

    @Override
    public void open(ExecutionContext context) {
        runs.advance(run.claim(), RunState.VALIDATING);
        if (runs.get(workload.id()).total() != null) {
            // A further generation: its items were read by the first.
            return;
        }
        int from = context.getInt(NEXT, 0);
        try {
            ItemLines opened = new ItemLines(store.open(workload.itemsKey()), limits);
            lines = opened;
            for (next = 0; next < from; next++) {
                opened.next();
            }
        } catch (IOException e) {
            throw new ItemStreamException("Cannot open items: " + workload.itemsKey(), e);
        }
    }

    @Override
    public @Nullable RawItem read() throws IOException {
        if (lines == null || (next % LOOK_EVERY == 0 && isCancelled())) {
            return null;
        }
        RawItem item = lines.next();
        if (item != null) {
            next = item.ordinal() + 1;
        }
        return item;
    }

    @Override
    public void update(ExecutionContext context) {
        context.putInt(NEXT, next);
    }

    @Override
    public void close() {
        try {
            if (lines != null) {
                lines.close();
            }
        } catch (IOException e) {
            throw new ItemStreamException("Cannot close items: " + workload.itemsKey(), e);
        }
    }

    private boolean isCancelled() {
        run.requireOwned();
        return runs.get(workload.id()).desired() == Desired.CANCEL;
    }
}
