package io.selfcascade.platform.intake;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.UUID;

/** Brings the items of every request into one form: JSONL in the artifact store, so that ingest has a single source. */
final class ItemSpool {

    private final ArtifactStore store;
    private final FileUploads uploads;
    private final IntakeLimits limits;

    ItemSpool(ArtifactStore store, FileUploads uploads, IntakeLimits limits) {
        this.store = store;
        this.uploads = uploads;
        this.limits = limits;
    }

    /**
     * Makes the items durable.
     *
     * @throws InvalidRequestException if the request names a file that does not exist, or has no or too many items
     */
    Spooled spool(UUID workloadId, WorkloadRequest request) {
        List<ItemRequest> items = request.items();
        if (items != null) {
            String key = WorkloadIntake.itemsKey(workloadId);
            store.put(key, out -> {
                for (ItemRequest item : items) {
                    out.write(RequestJson.write(item));
                    out.write('\n');
                }
            });
            return new Spooled(key, items.size(), true);
        }
        String key = uploads.resolve(String.valueOf(request.itemsFile()), FilePurpose.ITEMS, "/items_file").key();
        return new Spooled(key, count(key), false);
    }

    /**
     * Makes lines that come from elsewhere durable.
     *
     * @param lines items as JSONL, read to their end, not closed
     * @throws InvalidRequestException if there are no or too many
     */
    Spooled spool(UUID workloadId, InputStream lines) {
        String key = WorkloadIntake.itemsKey(workloadId);
        store.put(key, lines::transferTo);
        return new Spooled(key, count(key), true);
    }

    /** How many items the request has; none if others will bring them. */
    int count(WorkloadRequest request) {
        if (request.items() != null) {
            return request.items().size();
        }
        return request.itemsFile() == null ? 0
                : count(uploads.resolve(request.itemsFile(), FilePurpose.ITEMS, "/items_file").key());
    }

    /** Room left in the store. */
    long freeBytes() {
        return store.freeBytes();
    }

    /** Removes what a request that came to nothing has stored. */
    void discard(Spooled spooled) {
        if (spooled.ownedByWorkload) {
            store.delete(spooled.key);
        }
    }

    private int count(String key) {
        try (ItemLines lines = new ItemLines(store.open(key), limits)) {
            int count = lines.count();
            if (count == 0) {
                throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/items_file", Violation.Kind.INVALID_VALUE,
                        "The file has no items (one JSON object per line)");
            }
            return count;
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot read items: " + key + " (is the artifact store up?)", e);
        }
    }

    /**
     * Items in the artifact store.
     *
     * @param ownedByWorkload false for a file that other workloads may name too
     */
    record Spooled(String key, int count, boolean ownedByWorkload) {}
}
