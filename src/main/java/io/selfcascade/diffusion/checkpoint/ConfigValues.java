package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to a component's {@code config.json}. Absent keys take the default given; what a model has no answer to
 * is refused, never ignored.
 *
 * @param component whose configuration it is, for messages
 * @param json the parsed object
 */
public record ConfigValues(String component, Map<String, Object> json) {

    /**
     * A whole number.
     *
     * @throws CascadeException CHECKPOINT_INVALID if the value is none
     */
    public int integer(String key, int otherwise) {
        double value = number(key, otherwise);
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw invalid(key, "a whole number");
        }
        return (int) value;
    }

    /**
     * A number.
     *
     * @throws CascadeException CHECKPOINT_INVALID if the value is none
     */
    public double number(String key, double otherwise) {
        Object value = json.get(key);
        if (value != null && !(value instanceof Number)) {
            throw invalid(key, "a number");
        }
        return value instanceof Number number ? number.doubleValue() : otherwise;
    }

    /**
     * A truth value.
     *
     * @throws CascadeException CHECKPOINT_INVALID if the value is none
     */
    public boolean flag(String key, boolean otherwise) {
        Object value = json.get(key);
        if (value != null && !(value instanceof Boolean)) {
            throw invalid(key, "true or false");
        }
        return value instanceof Boolean flag ? flag : otherwise;
    }

    /**
     * A string.
     *
     * @throws CascadeException CHECKPOINT_INVALID if the value is none
     */
    public String text(String key, String otherwise) {
        Object value = json.get(key);
        if (value != null && !(value instanceof String)) {
            throw invalid(key, "a string");
        }
        return value instanceof String text ? text : otherwise;
    }

    /**
     * A list of numbers; empty if the key is absent.
     *
     * @throws CascadeException CHECKPOINT_INVALID if the value is none
     */
    public List<Double> numbers(String key) {
        return list(key).stream().map(value -> {
            if (!(value instanceof Number number)) {
                throw invalid(key, "a list of numbers");
            }
            return number.doubleValue();
        }).toList();
    }

    /**
     * Checks that every entry of a list is the one kind we have; an absent list is fine.
     *
     * @throws CascadeException CHECKPOINT_UNSUPPORTED naming the key and the value
     */
    public void requireAll(String key, String only) {
        for (Object value : list(key)) {
            requireSupported(key, value, only.equals(value));
        }
    }

    /**
     * Refuses a value.
     *
     * @throws CascadeException CHECKPOINT_UNSUPPORTED naming the key and the value, unless it is supported
     */
    public void requireSupported(String key, @Nullable Object value, boolean supported) {
        if (!supported) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED, "Cannot read " + component + " config: " + key
                    + " = " + value + " (only the shapes of Stable Diffusion are known)");
        }
    }

    private List<?> list(String key) {
        Object value = json.get(key);
        if (value != null && !(value instanceof List)) {
            throw invalid(key, "a list");
        }
        return value instanceof List<?> list ? list : List.of();
    }

    private CascadeException invalid(String key, String expected) {
        return new CascadeException(ErrorCode.CHECKPOINT_INVALID,
                "Invalid " + component + " config: " + key + " is " + json.get(key) + " (expected " + expected + ")");
    }
}
