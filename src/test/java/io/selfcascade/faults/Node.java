package io.selfcascade.faults;

import io.selfcascade.testing.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One process of the cluster: started, killed, stopped, continued, and told where to fail. */
final class Node {

    enum Role { COORDINATOR, WORKER }

    private final Path folder;
    private final Classes classes;
    private final Class<?> main;
    private final String heap;
    private final List<String> arguments;
    private final int port;
    final String name;
    final Role role;
    private @Nullable JavaProcess process;
    private boolean stopped;

    Node(Path folder, Classes classes, String name, Role role, Class<?> main, String heap, int port, List<String> arguments) {
        this.folder = folder;
        this.name = name;
        this.role = role;
        this.classes = classes;
        this.main = main;
        this.heap = heap;
        this.port = port;
        this.arguments = arguments;
        makeFolder(own());
        makeFolder(points().resolve(roleName()));
    }

    /** @param more arguments of this start alone, {@code --key=value} */
    void start(String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        List<String> jvm = new ArrayList<>(List.of(heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djdk.serialFilter=!*",
                "-Djdk.net.hosts.file=" + folder.resolve("hosts"), "-Dfaults.points=" + points(), "-Dfaults.role=" + roleName(),
                "-Dfaults.process=" + name));
        jvm.addAll(classes.options());
        process = JavaProcess.start(name, folder.resolve("logs"), jvm, classes.path(), main, all);
        stopped = false;
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Whether somebody would be heard at its port. A stopped process listens and does not answer. */
    boolean listens() {
        if (stopped || !isAlive()) {
            return false;
        }
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    int port() {
        return port;
    }

    Path log() {
        return folder.resolve("logs").resolve(name + ".log");
    }

    void kill() {
        signal("KILL");
        awaitDeath();
    }

    /** As an operator stops it. */
    void terminate() {
        signal("TERM");
        awaitDeath();
    }

    void freeze() {
        signal("STOP");
        stopped = true;
    }

    void thaw() {
        if (stopped) {
            signal("CONT");
            stopped = false;
        }
    }

    void awaitDeath() {
        Patience.until(name + " ends", () -> !isAlive());
    }

    /** Has the process fail at the point. */
    void arm(String point, String action) {
        write(own().resolve(point), action);
    }

    void set(String setting, String value) {
        write(own().resolve(setting), value);
    }

    void unset(String setting) {
        Signals.delete(own().resolve(setting));
    }

    /** The folder of what only this process is told. */
    Path own() {
        return points().resolve(name);
    }

    private Path points() {
        return folder.resolve("points");
    }

    private String roleName() {
        return role.name().toLowerCase(java.util.Locale.ROOT);
    }

    private void signal(String signal) {
        if (process != null && process.isAlive()) {
            Signals.send(signal, process.pid());
        }
    }

    private static void makeFolder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String content) {
        Signals.write(file, content);
    }

    @Override
    public String toString() {
        return name;
    }
}
