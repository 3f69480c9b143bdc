package io.selfcascade.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The folder of artifacts, on a small volume of its own where this process may mount one, so that it can be full. */
final class Store implements AutoCloseable {

    private static final String ROOMY = "1g";

    private final Path root;
    private final boolean mounted;

    Store(Path root) {
        this.root = root;
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mounted = run("mount", "-t", "tmpfs", "-o", "size=" + ROOMY, "faults", root.toString());
    }

    /** A run that was killed leaves its volume. */
    static void unmountOrphan(Path root) {
        run("umount", root.toString());
    }

    Path root() {
        return root;
    }

    byte[] read(String key) throws IOException {
        return Files.readAllBytes(root.resolve(key));
    }

    boolean canBeFull() {
        return mounted;
    }

    /** No room for another byte: the volume shrinks to what is on it, unless somebody writes just then. */
    void fill() {
        Patience.until("the volume is full", () -> {
            FileStore volume = Files.getFileStore(root);
            long used = volume.getTotalSpace() - volume.getUnallocatedSpace();
            return run("mount", "-o", "remount,size=" + (used + 4096), root.toString()) && Files.getFileStore(root).getUsableSpace() < 1 << 20;
        });
    }

    void makeRoom() {
        if (mounted) {
            run("mount", "-o", "remount,size=" + ROOMY, root.toString());
        }
    }

    @Override
    public void close() {
        if (mounted) {
            run("umount", root.toString());
        }
    }

    private static boolean run(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException noSuchCommand) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
