package io.selfcascade.platform.embedded;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Both embedded servers on one locked directory, started side by side, stopped Kafka first. */
final class EmbeddedInfrastructure implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedInfrastructure.class);
    private static final String DATABASE = "selfcascade";

    private final EmbeddedDirectory directory;
    private final PostgresKeeper postgres;
    private final EmbeddedKafkaBroker kafka;

    private EmbeddedInfrastructure(
            EmbeddedDirectory directory, PostgresKeeper postgres, EmbeddedKafkaBroker kafka) {
        this.directory = directory;
        this.postgres = postgres;
        this.kafka = kafka;
    }

    /**
     * Locks the directory, starts both servers on it and writes down where they listen.
     *
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE if one of the three fails; nothing is left running then
     */
    static EmbeddedInfrastructure start(Path path) {
        EmbeddedDirectory directory = EmbeddedDirectory.lock(path);
        Optional<EmbeddedEndpoints> former = EmbeddedEndpoints.read(directory.path());
        // A thread of our own: the common pool's threads do not see the classes inside the packed jar.
        ExecutorService starter = Executors.newSingleThreadExecutor();
        CompletableFuture<EmbeddedKafkaBroker> kafka = CompletableFuture.supplyAsync(() -> EmbeddedKafkaBroker.start(
                directory.path(), former.map(EmbeddedEndpoints::kafkaPort).orElse(0)), starter);
        try {
            PostgresKeeper postgres = PostgresKeeper.start(
                    directory.path(), former.map(EmbeddedEndpoints::postgresPort).orElse(0));
            return finish(directory, postgres, kafka);
        } catch (CascadeException e) {
            kafka.handle((broker, failure) -> broker).thenAccept(broker -> {
                if (broker != null) {
                    broker.close();
                }
            }).join();
            directory.close();
            throw e;
        } finally {
            starter.shutdown();
        }
    }

    EmbeddedEndpoints endpoints() {
        return new EmbeddedEndpoints(postgres.server().jdbcUrl(DATABASE), EmbeddedPostgresServer.USERNAME,
                postgres.server().password(), kafka.bootstrapServers());
    }

    @Override
    public void close() {
        kafka.close();
        postgres.close();
        directory.close();
        log.info("embedded servers stopped directory={}", directory.path());
    }

    private static EmbeddedInfrastructure finish(
            EmbeddedDirectory directory,
            PostgresKeeper postgres,
            CompletableFuture<EmbeddedKafkaBroker> kafka) {
        try {
            postgres.server().createDatabase(DATABASE);
            EmbeddedInfrastructure started = new EmbeddedInfrastructure(directory, postgres, kafka.join());
            started.endpoints().write(directory.path());
            log.info("embedded servers started postgres={} kafka={} directory={}", started.postgres.server().port(),
                    started.kafka.port(), directory.path());
            return started;
        } catch (CompletionException e) {
            postgres.close();
            throw e.getCause() instanceof CascadeException known ? known : new CascadeException(
                    ErrorCode.INFRASTRUCTURE_UNAVAILABLE, "Cannot start Kafka: " + e.getCause() + " (see the log)", e);
        } catch (CascadeException e) {
            postgres.close();
            throw e;
        }
    }
}
