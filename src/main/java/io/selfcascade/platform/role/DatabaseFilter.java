package io.selfcascade.platform.role;

import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Keeps every auto-configuration that wants a database out of a process that only works.
 *
 * <p>By package, not by class: a library that adds one more class to its package is kept out as well.
 */
class DatabaseFilter implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final String BOOT = "org.springframework.boot.";

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] candidates, AutoConfigurationMetadata metadata) {
        boolean database = Role.of(Objects.requireNonNull(environment, "environment")).coordinates();
        boolean[] kept = new boolean[candidates.length];
        for (int i = 0; i < candidates.length; i++) {
            String candidate = candidates[i];
            kept[i] = database || candidate == null || !needsDatabase(candidate);
        }
        return kept;
    }

    static boolean needsDatabase(String autoConfiguration) {
        return Stream.of(
                        "jdbc.", "flyway.", "hibernate.", "persistence.", "data.jpa.", "batch.", "sql.", "transaction.")
                .anyMatch(library -> autoConfiguration.startsWith(BOOT + library));
    }
}
