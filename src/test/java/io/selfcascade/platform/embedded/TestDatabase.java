package io.selfcascade.platform.embedded;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;

/** A migrated database for one test class. */
public record TestDatabase(String name, HikariDataSource dataSource) implements AutoCloseable {

    public String jdbcUrl() {
        return dataSource.getJdbcUrl();
    }

    /** Runs one statement, for arranging what a test needs. */
    public void execute(String sql) {
        try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Sets the ledger's clock ahead of the server's by this much, for every session of the database. */
    public void ledgerAhead(Duration offset) {
        execute("CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql STABLE AS "
                + "$$ SELECT now() + interval '" + offset.toMillis() + " milliseconds' $$");
    }

    /** Stops the ledger's clock at this time, for every session of the database. */
    public void ledgerStoppedAt(Instant time) {
        execute("CREATE OR REPLACE FUNCTION ledger_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT timestamptz '" + time + "' $$");
    }

    /** Closes the pool; the database goes with the JVM. */
    @Override
    public void close() {
        dataSource.close();
    }
}
