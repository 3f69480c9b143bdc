package io.selfcascade.platform.batch;

import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.NewItem;
import io.selfcascade.platform.dispatch.RunLedger;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemWriter;

/** Writes a chunk of lines to the ledger in the step's transaction, by the right of the run's owner. */
class LedgerItemWriter implements ItemWriter<NewItem> {

    private final ConductedRun run;
    private final RunLedger runs;
    private final ItemLedger items;

    LedgerItemWriter(ConductedRun run, RunLedger runs, ItemLedger items) {
        this.run = run;
        this.runs = runs;
        this.items = items;
    }

    @Override
    public void write(Chunk<? extends NewItem> chunk) {
        runs.checkOwned(run.claim().workloadId(), run.claim().epoch());
        items.insertItems(run.claim().workloadId(), chunk.getItems());
    }
}
