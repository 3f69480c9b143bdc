package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a model is, whatever its name: SHA-256 over its {@code .json}, {@code .txt} and {@code .safetensors} files, each
 * as path, length and bytes, in the order of their paths. Read-me files and hidden files do not count.
 */
public final class ContentHash {

    private static final int CHUNK = 1 << 16;

    private ContentHash() {}

    /**
     * Hashes a folder.
     *
     * @return lower-case hex
     * @throws CascadeException CHECKPOINT_INVALID if a file cannot be read
     */
    public static String of(Path root) {
        MessageDigest digest = sha256();
        try {
            for (Path file : files(root)) {
                String path = root.relativize(file).toString().replace('\\', '/');
                digest.update((path + "\n" + Files.size(file) + "\n").getBytes(StandardCharsets.UTF_8));
                feed(digest, file);
            }
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot hash " + root + ": " + e, e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The files that make the model, sorted by path. */
    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            return tree.filter(Files::isRegularFile).filter(file -> counts(root.relativize(file)))
                    .sorted((a, b) -> a.toString().replace('\\', '/').compareTo(b.toString().replace('\\', '/'))).toList();
        }
    }

    private static boolean counts(Path file) {
        for (Path part : file) {
            if (part.toString().startsWith(".")) {
                return false;
            }
        }
        String name = file.getFileName().toString();
        return name.endsWith(".json") || name.endsWith(".txt") || name.endsWith(".safetensors");
    }

    private static void feed(MessageDigest digest, Path file) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
