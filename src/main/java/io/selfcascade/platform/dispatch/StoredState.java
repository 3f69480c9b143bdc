package io.selfcascade.platform.dispatch;

import java.util.Locale;

/** A state that is kept in a column under its lower-case name (docs/spec/states.md). */
public interface StoredState {

    String name();

    /** The value in the column, the check constraint and JSON. */
    default String stored() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The state a column holds. */
    static <S extends Enum<S> & StoredState> S of(Class<S> type, String stored) {
        return Enum.valueOf(type, stored.toUpperCase(Locale.ROOT));
    }
}
