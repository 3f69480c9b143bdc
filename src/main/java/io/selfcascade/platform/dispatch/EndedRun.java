package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.intake.KeepPivots;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A run that has ended and whose artifacts are due for a search.
 *
 * @param generation that ended; a later one makes the search void
 * @param lines ordinals of its items are below
 */
public record EndedRun(UUID workloadId, int generation, int lines, KeepPivots keepPivots) {

    /** The folders that hold the artifacts of its items, each for as many as the ledger looks at in one transaction. */
    public Stream<ItemFolder> folders() {
        return Stream.iterate(0, first -> first < lines, first -> first + ArtifactPrefix.ITEMS_PER_FOLDER)
                .map(first -> new ItemFolder(
                        ArtifactPrefix.folder(workloadId, first), first, first + ArtifactPrefix.ITEMS_PER_FOLDER - 1));
    }

    /**
     * Artifacts of consecutive items.
     *
     * @param prefix of their keys
     * @param from first ordinal
     * @param to last ordinal
     */
    public record ItemFolder(String prefix, int from, int to) {}
}
