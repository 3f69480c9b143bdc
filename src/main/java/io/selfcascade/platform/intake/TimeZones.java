package io.selfcascade.platform.intake;

import io.selfcascade.platform.settings.Spelling;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The time zones of the IANA database, by name. An offset such as +02:00 is none: it knows no summer. */
final class TimeZones {

    private static final Set<String> NAMES = ZoneId.getAvailableZoneIds();

    private TimeZones() {}

    static Optional<ZoneId> find(String name) {
        return NAMES.contains(name) ? Optional.of(ZoneId.of(name)) : Optional.empty();
    }

    /** The name that was most likely meant, its last part alone being enough: {@code berlin}. */
    static Optional<String> nearest(String name) {
        int limit = Math.max(1, name.length() / 3);
        return NAMES.stream()
                .filter(known -> known.indexOf('/') > 0 && distance(known, name) <= limit)
                .min(Comparator.<String>comparingInt(known -> distance(known, name)).thenComparing(Comparator.naturalOrder()));
    }

    private static int distance(String known, String name) {
        String part = name.indexOf('/') < 0 ? known.substring(known.lastIndexOf('/') + 1) : known;
        return Spelling.distance(part.toLowerCase(Locale.ROOT), name.strip().replace(' ', '_').toLowerCase(Locale.ROOT));
    }
}
