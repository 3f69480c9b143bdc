package io.selfcascade.platform.embedded;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Properties;

/**
 * Where the embedded servers listen, as {@code embedded.properties} tells other processes of the same user.
 *
 * <p>The file outlives the servers: the next start takes the same ports if they are still free, so a worker in a
 * process of its own finds the broker again.
 */
record EmbeddedEndpoints(String jdbcUrl, String username, String password, String bootstrapServers) {

    private static final String FILE = "embedded.properties";

    /** Reads what the last start wrote into the directory. */
    static Optional<EmbeddedEndpoints> read(Path directory) {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Optional.of(new EmbeddedEndpoints(properties.getProperty("jdbc-url", ""),
                properties.getProperty("username", ""), properties.getProperty("password", ""),
                properties.getProperty("bootstrap-servers", "")));
    }

    /** Replaces the file in one step, readable by its owner only: it holds the password. */
    void write(Path directory) {
        String text = """
                # Where the embedded servers listen. Written at every start; an edit changes nothing.
                jdbc-url=%s
                username=%s
                password=%s
                bootstrap-servers=%s
                """.formatted(jdbcUrl, username, password, bootstrapServers);
        try {
            Path draft = Files.createTempFile(directory, FILE, ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(draft, text);
            Files.move(draft, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int postgresPort() {
        return port(jdbcUrl.replaceFirst("^jdbc:", ""));
    }

    int kafkaPort() {
        return port("kafka://" + bootstrapServers);
    }

    private static int port(String uri) {
        try {
            return Math.max(0, URI.create(uri).getPort());
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }
}
