package io.selfcascade;

import io.selfcascade.platform.embedded.EmbeddedKafkaBroker;
import io.selfcascade.platform.embedded.SharedInfrastructure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfiguration;

/**
 * The whole platform in one process, coordinator and worker, on real servers with the bundled model: one context for all
 * tests that carry this, and a broker nobody else sends beats and events through.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "selfcascade.sample.enabled=false",
            "selfcascade.report.progress=false",
            "selfcascade.artifact.root=${java.io.tmpdir}/selfcascade-test-artifacts-${random.uuid}",
            "selfcascade.artifact.reserve=1MB"
        })
@ContextConfiguration(initializers = PlatformTest.OwnBroker.class)
public @interface PlatformTest {

    /** A fresh database on the shared server, and a broker of its own. */
    final class OwnBroker implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        private static final Path FOLDER = folder();
        private static EmbeddedKafkaBroker broker = SharedInfrastructure.freshBroker(FOLDER);

        /** Takes the broker away while {@code meanwhile} runs. */
        static synchronized void without(Runnable meanwhile) {
            broker.close();
            try {
                meanwhile.run();
            } finally {
                broker = SharedInfrastructure.restartedBroker(FOLDER, broker);
            }
        }

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            new SharedInfrastructure.Initializer().initialize(context);
            TestPropertyValues.of(Map.of("spring.kafka.bootstrap-servers", broker.bootstrapServers())).applyTo(context);
        }

        private static Path folder() {
            try {
                return Files.createTempDirectory("platform-kafka");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
