package io.selfcascade.platform.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.selfcascade.platform.worker.StageValue.Latent;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A pivot on disk: a safetensors file with the one tensor {@code latent}, float32 of shape (1, C, H, W), and the
 * stages that made it as metadata, so that a pivot says by itself what it is.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
record PivotFile(Latent latent, Map<String, String> metadata) {

    static final String MEDIA_TYPE = "application/vnd.safetensors";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String TENSOR = "latent";
    private static final int MAX_HEADER_BYTES = 1 << 20;

    byte[] toBytes() {
        int dataBytes = latent.values().length * Float.BYTES;
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("__metadata__", metadata);
        // In a fixed order, unlike Map.of: the same pivot is the same bytes whichever process writes it.
        Map<String, Object> tensor = new LinkedHashMap<>();
        tensor.put("dtype", "F32");
        tensor.put("shape", List.of(1, latent.channels(), latent.height(), latent.width()));
        tensor.put("data_offsets", List.of(0, dataBytes));
        header.put(TENSOR, tensor);
        byte[] json = padded(JSON.writeValueAsBytes(header));
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        file.asFloatBuffer().put(latent.values());
        return file.array();
    }

    /** @throws CascadeException ARTIFACT_CORRUPT if the bytes are no pivot */
    static PivotFile parse(byte[] bytes) {
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long headerBytes = bytes.length < Long.BYTES ? -1 : file.getLong();
        if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER_BYTES, file.remaining())) {
            throw corrupt("header of " + headerBytes + " bytes in a file of " + bytes.length);
        }
        try {
            JsonNode header = JSON.readTree(bytes, Long.BYTES, (int) headerBytes);
            file.position(Long.BYTES + (int) headerBytes);
            Map<String, String> metadata = new LinkedHashMap<>();
            header.path("__metadata__").properties().forEach(e -> metadata.put(e.getKey(), e.getValue().stringValue()));
            return new PivotFile(latent(header.path(TENSOR), file.slice().order(ByteOrder.LITTLE_ENDIAN)), metadata);
        } catch (JacksonException e) {
            throw new CascadeException(ErrorCode.ARTIFACT_CORRUPT, "Cannot read pivot: its header is not JSON", e);
        }
    }

    private static Latent latent(JsonNode tensor, ByteBuffer data) {
        JsonNode shape = tensor.path("shape");
        if (!tensor.path("dtype").stringValue("").equals("F32") || shape.size() != 4 || shape.get(0).intValue() != 1) {
            throw corrupt("tensor " + tensor + " (expected F32 of shape (1, C, H, W))");
        }
        int channels = shape.get(1).intValue();
        int height = shape.get(2).intValue();
        int width = shape.get(3).intValue();
        long count = (long) channels * height * width;
        if (channels < 1 || height < 1 || width < 1 || count * Float.BYTES != data.remaining()) {
            throw corrupt("shape " + shape + " with " + data.remaining() + " bytes of data");
        }
        float[] values = new float[(int) count];
        data.asFloatBuffer().get(values);
        return new Latent(channels, height, width, values);
    }

    /** Readers map the data directly, so it begins at a multiple of eight. */
    private static byte[] padded(byte[] json) {
        int missing = -json.length & 7;
        return missing == 0 ? json : (new String(json, UTF_8) + " ".repeat(missing)).getBytes(UTF_8);
    }

    private static CascadeException corrupt(String what) {
        return new CascadeException(ErrorCode.ARTIFACT_CORRUPT, "Cannot read pivot: " + what);
    }
}
