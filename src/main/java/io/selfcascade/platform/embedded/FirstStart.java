package io.selfcascade.platform.embedded;

import static io.selfcascade.spec.ErrorCode.INFRASTRUCTURE_UNAVAILABLE;

import io.selfcascade.spec.CascadeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first start of a PostgreSQL directory: its password, and a mark that stands until the server has once been up.
 *
 * <p>A start killed halfway leaves a directory that PostgreSQL can neither use nor initialise. The mark tells it apart
 * from real data, which is never removed.
 *
 * @param passwordFile readable by the owner only; PostgreSQL reads it once, when it initialises the data
 */
record FirstStart(Path mark, Path passwordFile, String password) {

    private static final Logger log = LoggerFactory.getLogger(FirstStart.class);

    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    static FirstStart prepare(Path root, Path data) {
        Path mark = root.resolve("postgres.initializing");
        Path passwordFile = root.resolve("postgres.password");
        try {
            Files.createDirectories(root);
            Path binaries = binaries(root);
            if (!Files.exists(binaries.getParent())) {
                Files.createDirectory(binaries.getParent(), OWNER_ONLY);
            }
            removeUnfinishedBinaries(binaries);
            if (Files.exists(mark) && Files.exists(data)) {
                log.warn("removing data of an unfinished first start directory={}", data);
                deleteTree(data);
            }
            if (Files.exists(data) && !Files.exists(passwordFile)) {
                throw new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot open " + data + ": " + passwordFile
                        + " is missing (put it back, or remove " + data + " to begin without data)");
            }
            if (!Files.exists(data)) {
                Files.deleteIfExists(passwordFile);
                Files.writeString(mark, "");
                writePassword(passwordFile);
            }
            return new FirstStart(mark, passwordFile, Files.readString(passwordFile).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the server's programs are unpacked: the library lets everyone write there, so the parent lets nobody in. */
    static Path binaries(Path root) {
        return root.resolve("postgres-binaries").resolve("unpacked");
    }

    /** Says that the server has been up: from now on the data is real. */
    void done() throws IOException {
        Files.deleteIfExists(mark);
    }

    /** The library marks binaries it has unpacked; over a half-unpacked set it would fail for ever. */
    private static void removeUnfinishedBinaries(Path binaries) throws IOException {
        if (!Files.isDirectory(binaries)) {
            return;
        }
        List<Path> sets;
        try (Stream<Path> children = Files.list(binaries)) {
            sets = children.filter(set -> !Files.exists(set.resolve(".exists"))).toList();
        }
        for (Path set : sets) {
            deleteTree(set);
        }
    }

    static void deleteTree(Path directory) throws IOException {
        List<Path> children;
        try (Stream<Path> tree = Files.walk(directory)) {
            children = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path child : children) {
            Files.delete(child);
        }
    }

    private static void writePassword(Path file) throws IOException {
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, HexFormat.of().formatHex(secret) + System.lineSeparator());
    }
}
