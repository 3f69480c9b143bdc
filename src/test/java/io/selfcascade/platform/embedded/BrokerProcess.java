package io.selfcascade.platform.embedded;

import java.nio.file.Files;
import java.nio.file.Path;

/** A Kafka broker in a process of its own. */
public final class BrokerProcess {

    private BrokerProcess() {}

    /** Arguments: directory, port or 0. The address is in {@code <directory>/broker.address} once it listens. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        EmbeddedDirectory lock = EmbeddedDirectory.lock(directory);
        EmbeddedKafkaBroker broker = EmbeddedKafkaBroker.start(lock.path(), Integer.parseInt(arguments[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close));
        Path written = directory.resolve("broker.address.new");
        Files.writeString(written, broker.bootstrapServers());
        Files.move(written, directory.resolve("broker.address"));
        synchronized (lock) {
            lock.wait();
        }
    }
}
