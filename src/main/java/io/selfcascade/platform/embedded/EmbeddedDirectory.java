package io.selfcascade.platform.embedded;

import static io.selfcascade.spec.ErrorCode.INFRASTRUCTURE_UNAVAILABLE;

import io.selfcascade.spec.CascadeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The directory of the embedded servers, locked for one process until closed.
 *
 * <p>The operating system gives the lock back when a process dies, however it dies: whoever gets it knows that the
 * former owner is gone.
 */
public final class EmbeddedDirectory implements AutoCloseable {

    private final Path path;
    private final FileChannel channel;

    private EmbeddedDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Locks the directory, creating it on first use.
     *
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE if another process holds it
     */
    public static EmbeddedDirectory lock(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        Path file = path.resolve("lock");
        try {
            Files.createDirectories(path);
            FileChannel channel = FileChannel.open(file,
                    StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                String holder = Files.readString(file).strip();
                channel.close();
                throw new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot use " + path + ": process "
                        + (holder.isEmpty() ? "(unknown)" : holder) + " is using it (stop that process, or give this "
                        + "one a directory of its own with selfcascade.embedded.directory)");
            }
            sign(channel);
            return new EmbeddedDirectory(path, channel);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot lock " + file, e);
        }
    }

    public Path path() {
        return path;
    }

    /** Gives the lock back. The file stays: removing it would let two processes lock two files of one name. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static void sign(FileChannel channel) throws IOException {
        channel.truncate(0);
        String pid = Long.toString(ProcessHandle.current().pid());
        channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.UTF_8)), 0);
    }
}
