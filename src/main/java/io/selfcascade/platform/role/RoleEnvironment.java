package io.selfcascade.platform.role;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Checks the role before anything starts, and leaves the web server out of a process that only works. */
class RoleEnvironment implements EnvironmentPostProcessor, Ordered {

    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        if (Role.of(environment) == Role.WORKER) {
            // Last in the list: whoever wants a port for health checks sets it back to servlet.
            environment.getPropertySources().addLast(new MapPropertySource("selfcascade role",
                    Map.of("spring.main.web-application-type", "none", "spring.main.keep-alive", "true")));
        }
    }
}
