package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Encoded scenes in memory, read from a file made once: the encoder costs as much as a third of a UNet step, and the
 * scenes of a training repeat. Per scene a scaled latent, the emphasis of its cells and the caption's token ids.
 */
final class LatentPool {

    private static final int ENCODED_TOGETHER = 8;

    private final LatentShape shape;
    private final float[] latents;
    private final byte[] emphasis;
    private final short[] ids;

    /**
     * Sizes of one entry.
     *
     * @param channels of a latent
     * @param side cells of a latent's side
     * @param tokens of a caption, with start, end and padding
     */
    record LatentShape(int channels, int side, int tokens) {

        int latent() {
            return channels * cells();
        }

        int cells() {
            return side * side;
        }

        int bytes() {
            return 4 * latent() + cells() + 2 * tokens;
        }
    }

    private LatentPool(LatentShape shape, int size) {
        this.shape = shape;
        this.latents = new float[size * shape.latent()];
        this.emphasis = new byte[size * shape.cells()];
        this.ids = new short[size * shape.tokens()];
    }

    /**
     * Encodes scenes into a file, unless it is there already; a file appears whole or not at all.
     *
     * @param scene scene number n
     * @param encoder from scenes to their scaled latents, one after the other, row-major
     * @param tokenizer from a caption to ids, of the shape's length
     */
    static void prepare(Path file, LatentShape shape, int size, LongFunction<Scene> scene,
            Function<List<Scene>, float[]> encoder, Function<String, long[]> tokenizer) {
        if (Files.exists(file)) {
            return;
        }
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)))) {
            for (long n = 0; n < size; n += ENCODED_TOGETHER) {
                List<Scene> scenes = LongStream.range(n, Math.min(size, n + ENCODED_TOGETHER))
                        .mapToObj(scene).toList();
                float[] encoded = encoder.apply(scenes);
                for (int i = 0; i < scenes.size(); i++) {
                    out.write(entry(shape, scenes.get(i), encoded, i, tokenizer));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write latents: " + temporary, e);
        }
        try {
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot move latents into place: " + file, e);
        }
    }

    /**
     * Reads a file made by {@link #prepare}.
     *
     * @throws CascadeException CHECKPOINT_INVALID if its length is no multiple of an entry's
     */
    static LatentPool read(Path file, LatentShape shape) {
        try (FileChannel channel = FileChannel.open(file)) {
            if (channel.size() == 0 || channel.size() % shape.bytes() != 0) {
                throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot read latents: " + file + " has "
                        + channel.size() + " bytes, entries have " + shape.bytes() + " (delete it to encode anew)");
            }
            LatentPool pool = new LatentPool(shape, Math.toIntExact(channel.size() / shape.bytes()));
            ByteBuffer entry = ByteBuffer.allocate(shape.bytes());
            for (int i = 0; i < pool.size(); i++) {
                entry.clear();
                while (entry.hasRemaining() && channel.read(entry) >= 0) {
                    // Read on: a channel may return fewer bytes than asked for.
                }
                pool.take(i, entry.flip());
            }
            return pool;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read latents: " + file, e);
        }
    }

    int size() {
        return ids.length / shape.tokens();
    }

    LatentShape shape() {
        return shape;
    }

    /** Copies the scaled latent of an entry to row {@code row} of a batch. */
    void copyLatent(int index, float[] batch, int row) {
        System.arraycopy(latents, index * shape.latent(), batch, row * shape.latent(), shape.latent());
    }

    /** How much a cell of an entry matters beyond the background, see {@link Emphasis}. */
    double emphasis(int index, int cell) {
        return Emphasis.fromByte(emphasis[index * shape.cells() + cell]);
    }

    /** A token id of an entry's caption. */
    long id(int index, int position) {
        return Short.toUnsignedLong(ids[index * shape.tokens() + position]);
    }

    private void take(int index, ByteBuffer entry) {
        entry.slice().asFloatBuffer().get(latents, index * shape.latent(), shape.latent());
        entry.position(4 * shape.latent());
        entry.get(emphasis, index * shape.cells(), shape.cells());
        entry.slice().asShortBuffer().get(ids, index * shape.tokens(), shape.tokens());
    }

    private static byte[] entry(
            LatentShape shape, Scene scene, float[] encoded, int index, Function<String, long[]> tokenizer) {
        ByteBuffer entry = ByteBuffer.allocate(shape.bytes());
        for (int i = 0; i < shape.latent(); i++) {
            entry.putFloat(encoded[index * shape.latent() + i]);
        }
        entry.put(Emphasis.of(scene, shape.side()));
        for (long id : tokenizer.apply(scene.caption())) {
            entry.putShort((short) id);
        }
        return entry.array();
    }
}
