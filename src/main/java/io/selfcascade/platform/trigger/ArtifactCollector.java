package io.selfcascade.platform.trigger;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.ArtifactLedger;
import io.selfcascade.platform.dispatch.EndedRun;
import io.selfcascade.platform.dispatch.EndedRun.ItemFolder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what ended runs leave behind: artifacts of dispatches that lost, pivots nobody keeps, documents of former owners,
 * drafts of writers that died. A run is searched at its end, and once more a day later: a worker that everybody thought dead
 * may still have written.
 */
final class ArtifactCollector {

    private static final Logger log = LoggerFactory.getLogger(ArtifactCollector.class);
    private static final List<String> DOCUMENTS = List.of("results.", "errors.", "manifest.");

    /** No write takes so long; a draft this old has no writer. */
    static final Duration ABANDONED = Duration.ofHours(24);

    private final ArtifactLedger ledger;
    private final ArtifactStore store;
    private final InstantSource clock;

    ArtifactCollector(ArtifactLedger ledger, ArtifactStore store, InstantSource clock) {
        this.ledger = ledger;
        this.store = store;
        this.clock = clock;
    }

    /** Searches every run that is due; safe to repeat, and to run in several processes at once. */
    void collect() {
        for (Optional<EndedRun> due = ledger.due(); due.isPresent(); due = ledger.due()) {
            collect(due.get());
        }
    }

    private void collect(EndedRun run) {
        Deletion deletion = new Deletion();
        boolean ended = ledger.collectDocuments(run, named ->
                DOCUMENTS.forEach(document -> deletion.deleteOthers(run.workloadId() + "/" + document, named)));
        ended = ended && run.folders().allMatch(folder -> collect(run, folder, deletion));
        if (ended) {
            store.discardUnfinished(run.workloadId() + "/", clock.instant().minus(ABANDONED));
            ledger.collected(run);
            log.info("artifacts collected workload={} generation={} kept={} deleted={}", run.workloadId(), run.generation(),
                    deletion.kept, deletion.deleted);
        }
    }

    /** @return whether the run is still ended */
    private boolean collect(EndedRun run, ItemFolder folder, Deletion deletion) {
        return ledger.forgetPivots(run, folder)
                && ledger.collect(run, folder, named -> deletion.deleteOthers(folder.prefix(), named));
    }

    /** Deletes the keys of a prefix that nobody names, and counts. */
    private final class Deletion {

        private int kept;
        private int deleted;

        void deleteOthers(String prefix, Set<String> named) {
            try (Stream<String> keys = store.list(prefix)) {
                for (String key : (Iterable<String>) keys::iterator) {
                    if (named.contains(key)) {
                        kept++;
                    } else {
                        store.delete(key);
                        deleted++;
                    }
                }
            }
        }
    }
}
