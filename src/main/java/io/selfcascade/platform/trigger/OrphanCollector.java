package io.selfcascade.platform.trigger;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.ArtifactLedger;
import io.selfcascade.platform.intake.Uuid7;
import io.selfcascade.platform.intake.WorkloadIntake;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what requests leave behind that never came to be. Folders of workloads: their items were made durable, then nobody
 * could tell whether the commit had happened, and it had not; the folder's name says when that was. And the drafts of
 * uploads whose process died.
 */
final class OrphanCollector {

    private static final Logger log = LoggerFactory.getLogger(OrphanCollector.class);
    private static final Pattern UUID_7 = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    private static final List<String> FILES = List.of("uploads/", "imports/");
    private static final int TOGETHER = 1_000;

    private final ArtifactLedger ledger;
    private final ArtifactStore store;
    private final InstantSource clock;

    OrphanCollector(ArtifactLedger ledger, ArtifactStore store, InstantSource clock) {
        this.ledger = ledger;
        this.store = store;
        this.clock = clock;
    }

    /** Looks at every folder at the top; safe to repeat, and to run in several processes at once. */
    void collect() {
        Instant before = clock.instant().minus(ArtifactCollector.ABANDONED);
        FILES.forEach(folder -> store.discardUnfinished(folder, before));
        List<UUID> old = new ArrayList<>();
        try (Stream<String> folders = store.top()) {
            for (String folder : (Iterable<String>) folders::iterator) {
                if (UUID_7.matcher(folder).matches() && Uuid7.madeAt(UUID.fromString(folder)).isBefore(before)) {
                    old.add(UUID.fromString(folder));
                }
                if (old.size() == TOGETHER) {
                    deleteUnknown(old);
                }
            }
        }
        deleteUnknown(old);
    }

    private void deleteUnknown(List<UUID> ids) {
        for (UUID orphan : ledger.unknown(ids)) {
            if (holdsItemsAlone(orphan)) {
                store.delete(WorkloadIntake.itemsKey(orphan));
                log.info("orphan deleted workload={}", orphan);
            }
        }
        ids.clear();
    }

    /**
     * A folder with anything else in it was a workload once: another ledger knows it, or this one did before it was restored from
     * a backup. Nobody's results are deleted on a guess.
     */
    private boolean holdsItemsAlone(UUID workload) {
        try (Stream<String> keys = store.list(workload + "/")) {
            return keys.allMatch(WorkloadIntake.itemsKey(workload)::equals);
        }
    }
}
