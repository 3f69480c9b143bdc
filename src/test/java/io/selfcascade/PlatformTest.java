package io.selfcascade;

import io.selfcascade.platform.embedded.SharedInfrastructure;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.ContextConfiguration;

/**
 * The whole platform in one process, coordinator and worker, on real servers with the bundled model: one context for all
 * tests that carry this.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"selfcascade.sample.enabled=false", "selfcascade.report.progress=false", "selfcascade.tenants.narrow.max-pending-items=2",
            // Places for what tests leave behind: on a busy machine it takes minutes to end.
            "selfcascade.batch.max-running=16"})
@ContextConfiguration(initializers = SharedInfrastructure.Initializer.class)
public @interface PlatformTest {
}
