package io.selfcascade.platform.artifact.filesystem;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.selfcascade.platform.artifact.ArtifactKey;
import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.Sha256Stream;
import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Artifacts as files below a root folder.
 *
 * <p>A file is written under a hidden name in its final folder, forced to disk, linked to its key, and the folder
 * forced too: a key is either absent or complete, also after a power cut. Links inside the root are never followed.
 */
public final class FileArtifactStore implements ArtifactStore {

    private static final String DRAFT = ".part";
    private static final int MOST_TRIES = 10;

    private final Path root;
    private final long reservedBytes;

    /**
     * @param root folder of all artifacts; made when missing
     * @param reservedBytes what stays free on its volume
     * @throws CascadeException INTERNAL if the folder can be neither made nor read
     */
    public FileArtifactStore(Path root, long reservedBytes) {
        try {
            this.root = Files.createDirectories(root).toRealPath();
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INTERNAL,
                    "Cannot open artifact root: " + root + " (create it, or set selfcascade.artifact.root)", e);
        }
        this.reservedBytes = reservedBytes;
    }

    @Override
    public StoredArtifact put(String key, Content content) {
        Path target = path(key);
        if (freeBytes() <= 0) {
            throw new CascadeException(ErrorCode.STORAGE_FULL, "Cannot store artifact " + key
                    + ": volume is full but for " + reservedBytes + " reserved bytes (free space below " + root + ")");
        }
        Path draft = target.resolveSibling("." + UUID.randomUUID() + DRAFT);
        try {
            FileChannel channel = create(draft, key);
            try {
                StoredArtifact written = write(key, channel, content);
                publish(draft, target, written);
                return written;
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw failure("store", key, e);
        }
    }

    @Override
    public InputStream open(String key) {
        Path file = requireFile(key);
        try {
            return Files.newInputStream(file, NOFOLLOW_LINKS);
        } catch (IOException e) {
            throw failure("open", key, e);
        }
    }

    @Override
    public boolean exists(String key) {
        return isOurs(path(key));
    }

    @Override
    public Stream<String> list(String prefix) {
        ArtifactKey.requirePrefix(prefix);
        Path folder = root.resolve(prefix.substring(0, prefix.lastIndexOf('/') + 1));
        try {
            // Only the first level can part from the prefix: below it every key has it.
            Stream<Path> level = Files.isDirectory(folder, NOFOLLOW_LINKS) ? Files.list(folder) : Stream.empty();
            return level.filter(child -> key(child).startsWith(prefix)).flatMap(this::filesBelow).map(this::key);
        } catch (IOException e) {
            throw failure("list", prefix, e);
        }
    }

    @Override
    public Stream<String> top() {
        try {
            return Files.list(root).filter(child -> Files.isDirectory(child, NOFOLLOW_LINKS)).map(this::key);
        } catch (IOException e) {
            throw failure("list", "", e);
        }
    }

    @Override
    public void discardUnfinished(String prefix, Instant before) {
        Path folder = root.resolve(ArtifactKey.requirePrefix(prefix));
        try (Stream<Path> files = Files.isDirectory(folder, NOFOLLOW_LINKS) ? Files.walk(folder) : Stream.empty()) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (isDraft(file) && Files.getLastModifiedTime(file, NOFOLLOW_LINKS).toInstant().isBefore(before)) {
                    Files.deleteIfExists(file);
                    deleteEmpty(file.getParent());
                }
            }
        } catch (IOException e) {
            throw failure("clean", prefix, e);
        } catch (UncheckedIOException e) {
            throw failure("clean", prefix, e.getCause());
        }
    }

    /** The last artifact of a folder takes the folder with it: a million deleted items leave no empty ones behind. */
    @Override
    public void delete(String key) {
        Path file = path(key);
        if (!isOurs(file)) {
            return;
        }
        try {
            Files.deleteIfExists(file);
            deleteEmpty(file.getParent());
        } catch (IOException e) {
            throw failure("delete", key, e);
        }
    }

    @Override
    public long freeBytes() {
        try {
            return Math.max(0, Files.getFileStore(root).getUsableSpace() - reservedBytes);
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot measure free space: " + root, e);
        }
    }

    @Override
    public String location(String prefix) {
        return root.resolve(ArtifactKey.requirePrefix(prefix)).toString();
    }

    private Path path(String key) {
        Path path = root.resolve(ArtifactKey.require(key)).normalize();
        if (!path.startsWith(root)) {
            throw new CascadeException(ErrorCode.INVALID_KEY, "Invalid artifact key: " + key + " (leaves the root)");
        }
        return path;
    }

    private Path requireFile(String key) {
        Path file = path(key);
        if (!isOurs(file)) {
            throw new CascadeException(ErrorCode.NOT_FOUND, "Cannot find artifact: " + key + " (was it deleted?)");
        }
        return file;
    }

    private String key(Path file) {
        return root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }

    private Stream<Path> filesBelow(Path path) {
        try {
            return Files.walk(path).filter(file -> Files.isRegularFile(file, NOFOLLOW_LINKS) && !isDraft(file));
        } catch (NoSuchFileException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw failure("list", key(path), e);
        }
    }

    /** No key has a segment that begins with a dot. */
    private static boolean isDraft(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(".") && name.endsWith(DRAFT);
    }

    /** Upwards until a folder has something in it; a writer that finds its folder gone makes it again. */
    private void deleteEmpty(Path folder) throws IOException {
        for (Path empty = folder; !empty.equals(root); empty = empty.getParent()) {
            try {
                Files.delete(empty);
            } catch (DirectoryNotEmptyException | NoSuchFileException e) {
                return;
            }
        }
    }

    /** A regular file that is where its key says: no folder on the way, and not the file itself, is a link. */
    private static boolean isOurs(Path file) {
        try {
            return Files.isRegularFile(file, NOFOLLOW_LINKS)
                    && file.getParent().toRealPath().equals(file.getParent());
        } catch (IOException e) {
            return false;
        }
    }

    private void makeFolder(Path folder, String key) throws IOException {
        if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
            Path parent = folder.getParent();
            makeFolder(parent, key);
            try {
                Files.createDirectory(folder);
                force(parent);
            } catch (FileAlreadyExistsException e) {
                if (Files.exists(folder, NOFOLLOW_LINKS) && !Files.isDirectory(folder)) {
                    throw new CascadeException(ErrorCode.CONFLICT,
                            "Cannot store artifact " + key + ": a part of its path is another artifact", e);
                }
            }
        }
        if (!folder.toRealPath().equals(folder)) {
            throw new CascadeException(ErrorCode.INVALID_KEY,
                    "Cannot store artifact " + key + ": a link leads out of the root (remove the link)");
        }
    }

    /** A folder that is empty may be deleted under us until the draft is in it. */
    private FileChannel create(Path draft, String key) throws IOException {
        for (int tries = 1; ; tries++) {
            try {
                makeFolder(draft.getParent(), key);
                return FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } catch (NoSuchFileException e) {
                if (tries == MOST_TRIES) {
                    throw new IOException("its folder vanishes again and again (does something else delete it?)", e);
                }
            }
        }
    }

    private static StoredArtifact write(String key, FileChannel draft, Content content) throws IOException {
        try (FileChannel channel = draft; Sha256Stream out = Sha256Stream.into(channel)) {
            content.writeTo(out);
            out.flush();
            channel.force(true);
            return new StoredArtifact(key, out.sha256(), out.bytes());
        }
    }

    private static void publish(Path draft, Path target, StoredArtifact written) throws IOException {
        for (int tries = 1; !isPublished(draft, target, written); tries++) {
            if (tries == MOST_TRIES) {
                throw new IOException("its key is taken and free again and again (does something else delete it?)");
            }
        }
        force(target.getParent());
    }

    /** @return false if the key was taken, and free again when asked by what */
    private static boolean isPublished(Path draft, Path target, StoredArtifact written) throws IOException {
        try {
            linkOrMove(draft, target);
            return true;
        } catch (FileAlreadyExistsException e) {
            if (holds(target, written)) {
                return true;
            }
            if (Files.exists(target, NOFOLLOW_LINKS)) {
                throw new CascadeException(ErrorCode.CONFLICT, "Cannot store artifact " + written.key()
                        + ": the key holds other bytes (keys are written once)", e);
            }
            return false;
        }
    }

    private static boolean holds(Path target, StoredArtifact written) throws IOException {
        try {
            return Files.isRegularFile(target, NOFOLLOW_LINKS) && Sha256Stream.digest(target).equals(written.sha256());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** A hard link refuses to replace a file; a move, for volumes without links, needs the check before it. */
    private static void linkOrMove(Path draft, Path target) throws IOException {
        try {
            Files.createLink(target, draft);
        } catch (UnsupportedOperationException e) {
            if (Files.exists(target, NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Without this a power cut may forget the name of a file whose bytes are safe. */
    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static CascadeException failure(String verb, String key, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        if (reason.contains("No space left") || reason.contains("Disk quota exceeded")) {
            return new CascadeException(ErrorCode.STORAGE_FULL,
                    "Cannot " + verb + " artifact " + key + ": no space left (free some and try again)", cause);
        }
        if (cause instanceof NoSuchFileException) {
            return new CascadeException(
                    ErrorCode.NOT_FOUND, "Cannot " + verb + " artifact " + key + ": not found", cause);
        }
        return new CascadeException(ErrorCode.INTERNAL, "Cannot " + verb + " artifact " + key + ": " + reason, cause);
    }
}
