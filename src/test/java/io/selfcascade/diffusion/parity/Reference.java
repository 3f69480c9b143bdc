package io.selfcascade.diffusion.parity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One safetensors file of the fixtures, read without the product's reader: a reader cannot judge itself. */
final class Reference {

    private static final Path ROOT = Path.of("src/test/resources/parity");
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final JsonNode header;
    private final ByteBuffer data;

    private Reference(Path file, JsonNode header, ByteBuffer data) {
        this.file = file;
        this.header = header;
        this.data = data;
    }

    /** A folder or file of the fixtures. */
    static Path path(String name) {
        return ROOT.resolve(name);
    }

    static Reference open(String name) {
        Path file = path(name);
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int length = Math.toIntExact(bytes.getLong(0));
            JsonNode header = JSON.readTree(bytes.array(), 8, length);
            return new Reference(file, header, bytes.slice(8 + length, bytes.capacity() - 8 - length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(String name) {
        return JSON.readTree(path(name).toFile());
    }

    /** Names of all tensors. */
    Set<String> names() {
        return header.propertyNames().stream().filter(name -> !name.equals("__metadata__")).collect(Collectors.toSet());
    }

    long[] shape(String key) {
        return entry(key).get("shape").valueStream().mapToLong(JsonNode::asLong).toArray();
    }

    float[] floats(String key) {
        float[] values = new float[bytes(key, "F32").remaining() / 4];
        bytes(key, "F32").asFloatBuffer().get(values);
        return values;
    }

    double[] doubles(String key) {
        double[] values = new double[bytes(key, "F64").remaining() / 8];
        bytes(key, "F64").asDoubleBuffer().get(values);
        return values;
    }

    long[] longs(String key) {
        long[] values = new long[bytes(key, "I64").remaining() / 8];
        bytes(key, "I64").asLongBuffer().get(values);
        return values;
    }

    byte[] bytes(String key) {
        byte[] values = new byte[bytes(key, "U8").remaining()];
        bytes(key, "U8").get(values);
        return values;
    }

    private ByteBuffer bytes(String key, String dtype) {
        JsonNode entry = entry(key);
        if (!entry.get("dtype").asString().equals(dtype)) {
            throw new AssertionError(key + " of " + file + " is " + entry.get("dtype") + ", not " + dtype);
        }
        List<Integer> ends = entry.get("data_offsets").valueStream().map(JsonNode::asInt).toList();
        return data.slice(ends.get(0), ends.get(1) - ends.get(0)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private JsonNode entry(String key) {
        if (!header.has(key)) {
            throw new AssertionError("no " + key + " in " + file);
        }
        return header.get(key);
    }
}
