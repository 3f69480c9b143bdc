package io.selfcascade.faults.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Points at which a process fails when it has been told to. Whoever tells it makes a file named after the point, in the
 * folder of the process or of its role, with one word in it: what shall happen. The first process to come by takes the
 * file, so that of three workers one fails, and leaves {@code <point>.hit.<process>} in its place.
 */
public final class FaultPoints {

    private static final String HIT = ".hit.";

    private final List<Path> folders;
    private final String process;

    /** @param folder with a folder for each role and each process */
    public FaultPoints(Path folder, String role, String process) {
        this.folders = List.of(folder.resolve(role), folder.resolve(process));
        this.process = process;
    }

    /** As the properties {@code faults.points}, {@code faults.role} and {@code faults.process} say. */
    public static FaultPoints ofThisProcess() {
        return new FaultPoints(
                Path.of(System.getProperty("faults.points")), System.getProperty("faults.role"), System.getProperty("faults.process"));
    }

    /** Does nothing, unless the point is armed. */
    public void reached(String point) {
        for (Path folder : folders) {
            Path armed = folder.resolve(point);
            if (Files.exists(armed)) {
                take(armed, folder.resolve(point + HIT + process));
            }
        }
    }

    /** What a setting of this process is for as long as its file is there. */
    public Optional<String> setting(String name) {
        for (Path folder : folders) {
            try {
                Path file = folder.resolve(name);
                if (Files.exists(file)) {
                    return Optional.of(Files.readString(file).strip());
                }
            } catch (NoSuchFileException goneAgain) {
                // As if it had not been there.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return Optional.empty();
    }

    /** Adds a line to {@code <process>/trace}, if that file is there. */
    public void note(String line) {
        Path trace = folders.get(1).resolve("trace");
        if (Files.exists(trace)) {
            try {
                Files.writeString(trace, line + "\n", StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void take(Path armed, Path hit) {
        String action;
        try {
            action = Files.readString(armed).strip();
            Files.move(armed, hit, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException anotherTookIt) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        switch (action) {
            case "block" -> block(hit);
            case "halt" -> Runtime.getRuntime().halt(137);
            case "fail" -> throw new IllegalStateException("armed failure at " + armed.getFileName());
            case "note" -> { }
            default -> throw new IllegalArgumentException(action);
        }
    }

    /** Until somebody removes the file. */
    private static void block(Path hit) {
        while (Files.exists(hit)) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
