package io.selfcascade.faults;

import io.selfcascade.platform.embedded.BrokerProcess;
import io.selfcascade.testing.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The broker: a process of its own, on a port it keeps. */
final class Broker implements AutoCloseable {

    private final Path folder;
    private JavaProcess process;
    private String address;

    Broker(Path folder) {
        this.folder = folder;
        process = start("0");
    }

    String address() {
        return address;
    }

    void kill() {
        Signals.send("KILL", process.pid());
        Patience.until("the broker ends", () -> !process.isAlive());
    }

    void freeze() {
        Signals.send("STOP", process.pid());
    }

    void thaw() {
        Signals.send("CONT", process.pid());
    }

    void ensureUp() {
        if (process.isAlive()) {
            thaw();
        } else {
            process = start(address.substring(address.indexOf(':') + 1));
        }
    }

    @Override
    public void close() {
        thaw();
        process.close();
    }

    private JavaProcess start(String port) {
        Path written = folder.resolve("broker/broker.address");
        try {
            Files.createDirectories(written.getParent());
            Files.deleteIfExists(written);
            JavaProcess started = JavaProcess.start("broker", folder.resolve("logs"), List.of("-Xmx384m", "-XX:TieredStopAtLevel=1"),
                    BrokerProcess.class, List.of(written.getParent().toString(), port));
            Patience.until("the broker listens", () -> Files.exists(written));
            address = Files.readString(written);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
