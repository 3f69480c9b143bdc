package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file: its header is read and checked at once, each tensor is mapped into memory when asked for.
 *
 * <p>Closing it ends further mapping; windows already handed out stay valid and are unmapped when unreachable.
 */
public final class SafetensorsFile implements AutoCloseable {

    private final String source;
    private final SafetensorsHeader header;
    private final long dataStart;
    private final @Nullable FileChannel channel;
    private final @Nullable ByteBuffer memory;

    private SafetensorsFile(String source, SafetensorsHeader header, long dataStart, @Nullable FileChannel channel,
            @Nullable ByteBuffer memory) {
        this.source = source;
        this.header = header;
        this.dataStart = dataStart;
        this.channel = channel;
        this.memory = memory;
    }

    /**
     * Opens a file and checks its header.
     *
     * @return owned by the caller
     * @throws CascadeException CHECKPOINT_INVALID if the file breaks a rule of the format or cannot be read
     */
    public static SafetensorsFile open(Path file) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
            long size = channel.size();
            long claimed = size < 8 ? 0 : readFully(channel, 8, 0).order(ByteOrder.LITTLE_ENDIAN).getLong();
            int length = SafetensorsHeader.checkLength(claimed, size, file.toString());
            byte[] json = readFully(channel, length, 8).array();
            SafetensorsHeader header = SafetensorsHeader.parse(json, size - 8 - length, file.toString());
            return new SafetensorsFile(file.toString(), header, 8L + length, channel, null);
        } catch (IOException e) {
            closeQuietly(channel);
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot read " + file + ": " + e, e);
        } catch (CascadeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    /**
     * Reads a file already in memory.
     *
     * @param source what to call it in a message
     * @throws CascadeException CHECKPOINT_INVALID if it breaks a rule of the format
     */
    public static SafetensorsFile of(byte[] file, String source) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int length = SafetensorsHeader.checkLength(file.length < 8 ? 0 : bytes.getLong(0), file.length, source);
        byte[] json = new byte[length];
        bytes.get(8, json);
        SafetensorsHeader header = SafetensorsHeader.parse(json, file.length - 8L - length, source);
        return new SafetensorsFile(source, header, 8L + length, null, bytes);
    }

    /** Names of the tensors, in the header's order. */
    public Set<String> names() {
        return header.entries().keySet();
    }

    /** The header's {@code __metadata__}; empty if it has none. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * What the header says about a tensor.
     *
     * @throws CascadeException CHECKPOINT_INVALID if there is none of that name
     */
    public SafetensorsEntry entry(String name) {
        SafetensorsEntry entry = header.entries().get(name);
        if (entry == null) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot read " + source + ": no tensor " + name);
        }
        return entry;
    }

    /**
     * A window on a tensor's bytes, little-endian, read-only; mapped, not copied, when this is a file on disk.
     *
     * @throws CascadeException CHECKPOINT_INVALID if there is no such tensor or it cannot be mapped
     */
    public ByteBuffer bytes(String name) {
        SafetensorsEntry entry = entry(name);
        long size = entry.end() - entry.begin();
        try {
            if (channel != null) {
                return channel.map(FileChannel.MapMode.READ_ONLY, dataStart + entry.begin(), size)
                        .order(ByteOrder.LITTLE_ENDIAN);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new CascadeException(
                    ErrorCode.CHECKPOINT_INVALID, "Cannot map " + name + " of " + source + ": " + size + " bytes", e);
        }
        return Objects.requireNonNull(memory).asReadOnlyBuffer()
                .slice((int) (dataStart + entry.begin()), (int) size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A copy of a tensor, widened to float where it is stored in 16 bits.
     *
     * @return row-major numbers
     * @throws CascadeException CHECKPOINT_UNSUPPORTED unless it is F32, F16 or BF16
     */
    public float[] floats(String name) {
        SafetensorsEntry entry = entry(name);
        ByteBuffer bytes = bytes(name);
        float[] values = new float[Math.toIntExact(entry.count())];
        switch (entry.type()) {
            case F32 -> bytes.asFloatBuffer().get(values);
            case F16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = HalfFloats.fromF16(bytes.getShort());
                }
            }
            case BF16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = HalfFloats.fromBf16(bytes.getShort());
                }
            }
            default -> throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED,
                    "Cannot read " + name + " of " + source + ": " + entry.type() + " (expected F32, F16 or BF16)");
        }
        return values;
    }

    /**
     * A copy of a tensor of whole numbers.
     *
     * @throws CascadeException CHECKPOINT_UNSUPPORTED unless it is I64
     */
    public long[] longs(String name) {
        SafetensorsEntry entry = entry(name);
        if (entry.type() != SafetensorsType.I64) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED,
                    "Cannot read " + name + " of " + source + ": " + entry.type() + " (expected I64)");
        }
        long[] values = new long[Math.toIntExact(entry.count())];
        bytes(name).asLongBuffer().get(values);
        return values;
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }

    @Override
    public String toString() {
        return source;
    }

    private static ByteBuffer readFully(FileChannel channel, int length, long position) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {
            // Read on: a channel may return fewer bytes than asked for.
        }
        return buffer.flip();
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // Nothing was written; a failing close of a read-only channel loses nothing.
        }
    }
}
