package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * Writes float32 tensors as safetensors: sorted by name, the header padded to a multiple of eight bytes, so equal
 * tensors make equal bytes and every tensor is aligned.
 */
public final class SafetensorsWriter {

    private static final int ALIGNMENT = 8;

    private final TreeMap<String, String> metadata = new TreeMap<>();
    private final TreeMap<String, float[]> values = new TreeMap<>();
    private final TreeMap<String, long[]> shapes = new TreeMap<>();

    /** Adds an entry to {@code __metadata__}. */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /**
     * Adds a tensor.
     *
     * @param numbers row-major; not copied, so not to be changed before writing
     * @param shape sizes, outermost first
     * @throws CascadeException SHAPE_MISMATCH if the shape does not hold that many numbers
     */
    public SafetensorsWriter tensor(String name, float[] numbers, long... shape) {
        long count = 1;
        for (long size : shape) {
            count = Math.multiplyExact(count, size);
        }
        if (count != numbers.length) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot write " + name + ": " + numbers.length
                    + " numbers for a shape of " + count);
        }
        values.put(name, numbers);
        shapes.put(name, shape);
        return this;
    }

    /** The whole file. */
    public byte[] toBytes() {
        byte[] header = header();
        long size = 8L + header.length;
        for (float[] numbers : values.values()) {
            size += 4L * numbers.length;
        }
        ByteBuffer file = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header);
        for (float[] numbers : values.values()) {
            file.asFloatBuffer().put(numbers);
            file.position(file.position() + 4 * numbers.length);
        }
        return file.array();
    }

    /**
     * Writes the whole file.
     *
     * @throws CascadeException STORAGE_FULL if it cannot be written
     */
    public void write(Path file) {
        try {
            Files.write(file, toBytes());
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.STORAGE_FULL, "Cannot write " + file + ": " + e, e);
        }
    }

    private byte[] header() {
        StringJoiner fields = new StringJoiner(",", "{", "}");
        if (!metadata.isEmpty()) {
            StringJoiner pairs = new StringJoiner(",", "{", "}");
            metadata.forEach((key, value) -> pairs.add(quote(key) + ":" + quote(value)));
            fields.add("\"__metadata__\":" + pairs);
        }
        long offset = 0;
        for (Map.Entry<String, float[]> tensor : values.entrySet()) {
            long end = offset + 4L * tensor.getValue().length;
            fields.add(quote(tensor.getKey()) + ":{\"dtype\":\"F32\",\"shape\":" + sizes(shapes.get(tensor.getKey()))
                    + ",\"data_offsets\":[" + offset + "," + end + "]}");
            offset = end;
        }
        String json = fields.toString();
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        int padding = (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
        return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
    }

    private static String sizes(long[] shape) {
        StringJoiner sizes = new StringJoiner(",", "[", "]");
        for (long size : shape) {
            sizes.add(Long.toString(size));
        }
        return sizes.toString();
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
