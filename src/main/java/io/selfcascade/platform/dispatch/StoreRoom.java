package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/** The refusal of work whose artifacts will not fit: better an early no than a night that ends at a full volume. */
final class StoreRoom {

    private StoreRoom() {}

    /** @param verb what cannot be done with the items */
    static CascadeException exceeded(String verb, int items, long neededBytes, long freeBytes) {
        return new CascadeException(ErrorCode.EXCEEDS_STORAGE, "Cannot " + verb + " " + items
                + " items: their pivots and pictures need about " + megabytes(neededBytes) + ", the artifact store has "
                + megabytes(freeBytes) + " left (free some space, or send fewer items)");
    }

    private static String megabytes(long bytes) {
        return (bytes + 999_999) / 1_000_000 + " MB";
    }
}
