package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.INVALID_VALUE;
import static io.selfcascade.platform.intake.Violation.Kind.MISSING_FIELD;
import static io.selfcascade.platform.intake.Violation.Kind.OUT_OF_RANGE;
import static io.selfcascade.platform.intake.Violation.Kind.TOO_LONG;
import static io.selfcascade.platform.intake.Violation.Kind.UNKNOWN_FIELD;
import static io.selfcascade.platform.intake.Violation.Kind.WRONG_TYPE;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object, read by name and type without any coercion. A field that is absent, null or wrong reads
 * as null; what is wrong is noted with its pointer. At the end {@link #refuseUnread} turns down every field nobody asked for.
 */
final class JsonFields {

    private static final BigInteger MAX_SEED = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final Map<String, @Nullable Object> fields;
    private final String pointer;
    private final Violations violations;
    private final Set<String> known = new LinkedHashSet<>();

    JsonFields(Map<String, @Nullable Object> fields, String pointer, Violations violations) {
        this.fields = fields;
        this.pointer = pointer;
        this.violations = violations;
    }

    String pointer(String name) {
        return pointer + "/" + name;
    }

    /** As they were read, for whoever merges them with others. */
    Map<String, @Nullable Object> values() {
        return fields;
    }

    boolean has(String name) {
        known.add(name);
        return fields.get(name) != null;
    }

    /** Notes a mistake at a field of this object. */
    void refuse(String name, Violation.Kind kind, String detail) {
        known.add(name);
        violations.add(pointer(name), kind, detail);
    }

    void require(String name, String remedy) {
        if (!has(name)) {
            refuse(name, MISSING_FIELD, "Missing (" + remedy + ")");
        }
    }

    @Nullable String text(String name, int maxLength) {
        String text = typed(name, String.class, "a string");
        if (text != null && text.length() > maxLength) {
            refuse(name, TOO_LONG, text.length() + " characters (expected at most " + maxLength + ")");
            return null;
        }
        return text;
    }

    @Nullable Integer integer(String name, int min, int max) {
        Object value = read(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Long) && !(value instanceof BigInteger)) {
            refuse(name, WRONG_TYPE, "Expected a whole number, not " + describe(value));
            return null;
        }
        if (value instanceof Long number && number >= min && number <= max) {
            return number.intValue();
        }
        refuse(name, OUT_OF_RANGE, value + " (expected " + min + " to " + max + ")");
        return null;
    }

    /** @return the whole numbers of an array; null if the field is absent or one of them is wrong */
    @Nullable List<Integer> integers(String name, int most, int min, int max) {
        List<?> values = typed(name, List.class, "an array");
        if (values == null) {
            return null;
        }
        if (values.size() > most) {
            refuse(name, OUT_OF_RANGE, values.size() + " elements (expected at most " + most + ")");
            return null;
        }
        for (int i = 0; i < values.size() && !violations.isFull(); i++) {
            if (!(values.get(i) instanceof Long number && number >= min && number <= max)) {
                violations.add(pointer(name) + "/" + i, WRONG_TYPE,
                        "Expected a whole number from " + min + " to " + max + ", not " + describe(values.get(i)));
            }
        }
        return violations.isEmpty() ? values.stream().map(value -> ((Long) value).intValue()).toList() : null;
    }

    /** @return the strings of an array; null if the field is absent or one of them is none */
    @Nullable List<String> texts(String name, int most) {
        List<?> values = typed(name, List.class, "an array");
        if (values == null) {
            return null;
        }
        if (values.size() > most || !values.stream().allMatch(String.class::isInstance)) {
            refuse(name, WRONG_TYPE, "Expected at most " + most + " strings");
            return null;
        }
        return values.stream().map(String.class::cast).toList();
    }

    @Nullable UUID uuid(String name) {
        String text = text(name, 36);
        if (text != null && !text.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
            refuse(name, INVALID_VALUE, quote(text) + " (expected an id)");
            return null;
        }
        return text == null ? null : UUID.fromString(text);
    }

    @Nullable Double number(String name, double min, double max) {
        Object value = read(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Number number)) {
            refuse(name, WRONG_TYPE, "Expected a number, not " + describe(value));
            return null;
        }
        if (number.doubleValue() >= min && number.doubleValue() <= max) {
            return number.doubleValue();
        }
        refuse(name, OUT_OF_RANGE, value + " (expected " + min + " to " + max + ")");
        return null;
    }

    /** @return a share as it was written, in decimal: above 0, up to 1 */
    @Nullable BigDecimal ratio(String name) {
        Double value = number(name, 0, 1);
        if (value == null) {
            return null;
        }
        if (value == 0) {
            refuse(name, OUT_OF_RANGE, "0 (expected above 0, up to 1; leave the field out for no limit)");
            return null;
        }
        return BigDecimal.valueOf(value);
    }

    @Nullable Boolean flag(String name) {
        return typed(name, Boolean.class, "true or false");
    }

    /** @return an unsigned 64-bit seed, given as a whole number or, for readers that round beyond 2^53, as a string of digits */
    @Nullable Long seed(String name) {
        Object value = read(name);
        if (value == null) {
            return null;
        }
        BigInteger seed = null;
        if (value instanceof Long || value instanceof BigInteger) {
            seed = new BigInteger(value.toString());
        } else if (value instanceof String text && text.matches("\\d{1,20}")) {
            seed = new BigInteger(text);
        }
        if (seed == null) {
            refuse(name, WRONG_TYPE, "Expected a whole number or a string of digits, not " + describe(value));
            return null;
        }
        if (seed.signum() < 0 || seed.compareTo(MAX_SEED) > 0) {
            refuse(name, OUT_OF_RANGE, seed + " (expected 0 to " + MAX_SEED + ")");
            return null;
        }
        return seed.longValue();
    }

    @Nullable Instant instant(String name) {
        String text = text(name, 64);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            refuse(name, INVALID_VALUE, "Not a time (expected RFC 3339, for example 2026-11-22T20:15:00Z)");
            return null;
        }
    }

    /** @return the constant whose lower-case name is the field's text */
    <E extends Enum<E>> @Nullable E choice(String name, Class<E> type) {
        String text = typed(name, String.class, "a string");
        if (text == null) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (lower(constant).equals(text)) {
                return constant;
            }
        }
        String valid = Arrays.stream(type.getEnumConstants()).map(JsonFields::lower).collect(Collectors.joining(", "));
        refuse(name, INVALID_VALUE, quote(text) + " (expected one of: " + valid + ")");
        return null;
    }

    <T> @Nullable T object(String name, Function<JsonFields, T> reader) {
        Object value = read(name);
        if (value == null) {
            return null;
        }
        return child(value, pointer(name), reader);
    }

    /** @return the readable elements of an array of objects; null if the field is absent */
    <T> @Nullable List<T> objects(String name, int max, Function<JsonFields, T> reader) {
        List<?> values = typed(name, List.class, "an array");
        if (values == null) {
            return null;
        }
        if (values.size() > max) {
            refuse(name, OUT_OF_RANGE, values.size() + " elements (expected at most " + max + ")");
            return null;
        }
        return IntStream.range(0, values.size())
                .takeWhile(i -> !violations.isFull())
                .mapToObj(i -> child(values.get(i), pointer(name) + "/" + i, reader))
                .filter(element -> element != null)
                .toList();
    }

    /** Refuses every field that was not read, naming the ones that could have been meant. */
    void refuseUnread() {
        for (String name : fields.keySet()) {
            if (!known.contains(name)) {
                String escaped = name.replace("~", "~0").replace("/", "~1");
                violations.add(pointer + "/" + escaped, UNKNOWN_FIELD, "Unknown field (known: " + String.join(", ", known) + ")");
            }
        }
    }

    @SuppressWarnings("unchecked")
    private <T> @Nullable T child(@Nullable Object value, String at, Function<JsonFields, T> reader) {
        if (!(value instanceof Map)) {
            violations.add(at, WRONG_TYPE, "Expected an object, not " + describe(value));
            return null;
        }
        return reader.apply(new JsonFields((Map<String, @Nullable Object>) value, at, violations));
    }

    private <T> @Nullable T typed(String name, Class<T> type, String expected) {
        Object value = read(name);
        if (value == null || type.isInstance(value)) {
            return type.cast(value);
        }
        refuse(name, WRONG_TYPE, "Expected " + expected + ", not " + describe(value));
        return null;
    }

    private @Nullable Object read(String name) {
        known.add(name);
        return fields.get(name);
    }

    private static String describe(@Nullable Object value) {
        if (value instanceof Map) {
            return "an object";
        }
        if (value instanceof List) {
            return "an array";
        }
        return value instanceof String text ? "the string " + quote(text) : String.valueOf(value);
    }

    private static String quote(String text) {
        return '"' + (text.length() <= 40 ? text : text.substring(0, 40) + "…") + '"';
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
