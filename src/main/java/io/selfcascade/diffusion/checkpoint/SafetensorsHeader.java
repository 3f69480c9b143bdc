package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors header, checked in full before a byte of any tensor is touched: known types, sizes that fit offsets,
 * and offsets that cover the data exactly, without holes and without overlaps.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
record SafetensorsHeader(Map<String, SafetensorsEntry> entries, Map<String, String> metadata) {

    /** Larger headers are refused before they are read. */
    static final long MOST_BYTES = 100_000_000;

    private static final String METADATA = "__metadata__";

    /**
     * Checks the length field against the file.
     *
     * @param source what to call the file in a message
     * @return the header's length in bytes
     * @throws CascadeException CHECKPOINT_INVALID if no header of that length can be there
     */
    static int checkLength(long length, long fileBytes, String source) {
        if (fileBytes < 8) {
            throw invalid(source, fileBytes + " bytes are too few for a header");
        }
        if (length < 0 || length > MOST_BYTES) {
            throw invalid(source, "the header claims " + Long.toUnsignedString(length) + " bytes (at most " + MOST_BYTES
                    + " are allowed)");
        }
        if (length > fileBytes - 8) {
            throw invalid(source, "the header claims " + length + " bytes of " + (fileBytes - 8)
                    + " (is the download complete?)");
        }
        return (int) length;
    }

    /**
     * Parses and checks a header.
     *
     * @param dataBytes bytes that follow it in the file
     * @throws CascadeException CHECKPOINT_INVALID naming the broken rule
     */
    static SafetensorsHeader parse(byte[] json, long dataBytes, String source) {
        if (json.length == 0 || json[0] != '{') {
            throw invalid(source, "the header does not begin with '{' (is this a safetensors file?)");
        }
        Map<String, Object> object = CheckpointJson.parse(json, source);
        Map<String, String> metadata = metadata(object.remove(METADATA), source);
        Map<String, SafetensorsEntry> entries = new LinkedHashMap<>();
        object.forEach((name, value) -> entries.put(name, entry(name, value, source)));
        checkCover(entries, dataBytes, source);
        return new SafetensorsHeader(entries, metadata);
    }

    private static Map<String, String> metadata(@Nullable Object value, String source) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (value == null) {
            return metadata;
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw invalid(source, METADATA + " is not an object");
        }
        map.forEach((key, text) -> {
            if (!(text instanceof String string)) {
                throw invalid(source, METADATA + " " + key + " is not a string");
            }
            metadata.put((String) key, string);
        });
        return metadata;
    }

    private static SafetensorsEntry entry(String name, Object value, String source) {
        if (!(value instanceof Map<?, ?> map) || !(map.get("dtype") instanceof String dtype)
                || !(map.get("shape") instanceof List<?> sizes) || !(map.get("data_offsets") instanceof List<?> offsets)
                || offsets.size() != 2) {
            throw invalid(source, "tensor " + name + " lacks dtype, shape or two data_offsets");
        }
        SafetensorsType type = SafetensorsType.named(name, dtype, source);
        List<Long> shape = new ArrayList<>();
        for (Object size : sizes) {
            shape.add(natural(size, name, source));
        }
        long begin = natural(offsets.get(0), name, source);
        long end = natural(offsets.get(1), name, source);
        if (begin > end) {
            throw invalid(source, "tensor " + name + " ends at " + end + " before it begins at " + begin);
        }
        long bytes = bytes(name, type, shape, source);
        if (end - begin != bytes) {
            throw invalid(source, "tensor " + name + " " + dtype + shape + " needs " + bytes + " bytes, its offsets hold "
                    + (end - begin));
        }
        return new SafetensorsEntry(name, type, shape, begin, end);
    }

    private static long natural(Object number, String name, String source) {
        if (number instanceof Integer || number instanceof Long) {
            long value = ((Number) number).longValue();
            if (value >= 0) {
                return value;
            }
        }
        throw invalid(source, "tensor " + name + " has size or offset " + number + " (not a number from 0 to 2^63-1)");
    }

    private static long bytes(String name, SafetensorsType type, List<Long> shape, String source) {
        try {
            long bits = type.bits();
            for (long size : shape) {
                bits = Math.multiplyExact(bits, size);
            }
            if (bits % 8 == 0) {
                return bits / 8;
            }
        } catch (ArithmeticException e) {
            throw invalid(source, "tensor " + name + " " + type + shape + " is larger than any file");
        }
        throw invalid(source, "tensor " + name + " " + type + shape + " does not fill whole bytes");
    }

    private static void checkCover(Map<String, SafetensorsEntry> entries, long dataBytes, String source) {
        List<SafetensorsEntry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(SafetensorsEntry::begin).thenComparingLong(SafetensorsEntry::end));
        long covered = 0;
        for (SafetensorsEntry entry : sorted) {
            if (entry.begin() != covered) {
                throw invalid(source, "tensor " + entry.name() + " begins at " + entry.begin() + ", "
                        + (entry.begin() < covered ? "inside the tensor before it" : "after a hole")
                        + " (expected " + covered + ")");
            }
            covered = entry.end();
        }
        if (covered != dataBytes) {
            throw invalid(source, "the tensors take " + covered + " bytes, the file holds " + dataBytes
                    + " (is the download complete?)");
        }
    }

    private static CascadeException invalid(String source, String why) {
        return new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot read " + source + ": " + why);
    }
}
