package io.selfcascade.platform.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.CascadeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both servers on one directory, as one command starts them: stopped in order, killed, and started again. */
class OneCommandTest {

    @TempDir
    private Path directory;

    @Test
    void findsItsDataAgainAfterBeingKilled() throws Exception {
        Process killed = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                System.getProperty("java.class.path"), Killed.class.getName(), directory.toString()).inheritIO().start();
        assertThat(killed.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(killed.exitValue()).isEqualTo(Killed.HALTED);
        assertThat(Postmaster.find(directory.resolve("postgres"))).as("the orphan").isPresent();

        try (EmbeddedInfrastructure again = EmbeddedInfrastructure.start(directory)) {
            EmbeddedEndpoints endpoints = again.endpoints();

            assertThat(EmbeddedEndpoints.read(directory)).contains(endpoints);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("embedded.properties"))))
                    .isEqualTo("rw-------");
            assertThat(kept(endpoints)).isEqualTo(7);
            assertThatThrownBy(() -> EmbeddedInfrastructure.start(directory))
                    .isInstanceOf(CascadeException.class).hasMessageContaining("is using it");
        }
        assertThat(Postmaster.find(directory.resolve("postgres"))).isEmpty();
        EmbeddedDirectory.lock(directory).close();
    }

    @Test
    void beginsAnewAfterAnUnfinishedFirstStart() throws Exception {
        Path data = Files.createDirectories(directory.resolve("postgres"));
        Files.writeString(data.resolve("PG_VERSION"), "18");
        Files.writeString(directory.resolve("postgres.initializing"), "");

        FirstStart first = FirstStart.prepare(directory, data);

        assertThat(data).doesNotExist();
        assertThat(first.passwordFile()).exists();
    }

    @Test
    void neverRemovesDataItDidNotBegin() throws Exception {
        Path data = Files.createDirectories(directory.resolve("postgres"));

        assertThatThrownBy(() -> FirstStart.prepare(directory, data)).isInstanceOf(CascadeException.class)
                .hasMessageContaining("postgres.password is missing");
        assertThat(data).exists();
    }

    private static int kept(EmbeddedEndpoints endpoints) throws Exception {
        org.postgresql.ds.PGSimpleDataSource source = new org.postgresql.ds.PGSimpleDataSource();
        source.setURL(endpoints.jdbcUrl());
        source.setUser(endpoints.username());
        source.setPassword(endpoints.password());
        try (Connection connection = source.getConnection(); Statement statement = connection.createStatement()) {
            ResultSet row = statement.executeQuery("SELECT value FROM kept");
            row.next();
            return row.getInt(1);
        }
    }

    /** A process that commits a row and dies without a goodbye. */
    static final class Killed {

        static final int HALTED = 42;

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            EmbeddedDirectory.lock(directory);
            EmbeddedPostgresServer server = EmbeddedPostgresServer.start(directory, 0);
            server.createDatabase("selfcascade");
            try (Connection connection = server.dataSource("selfcascade").getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE kept AS SELECT 7 AS value");
            }
            Runtime.getRuntime().halt(HALTED);
        }
    }
}
