package io.selfcascade.platform.role;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.Locale;
import org.springframework.core.env.Environment;

/** The part of a process in the platform, as {@code selfcascade.role} names it. */
public enum Role {
    /** Takes requests, keeps the ledger, sends tasks. Never touches a model. */
    COORDINATOR,
    /** Runs stages. Knows Kafka and the artifact store, and no database. */
    WORKER,
    /** Both in one process; Kafka is still the only road between them. */
    ALL;

    /** The setting that names the role. */
    public static final String PROPERTY = "selfcascade.role";

    public boolean coordinates() {
        return this != WORKER;
    }

    public boolean works() {
        return this != COORDINATOR;
    }

    /**
     * Reads the role of this process; without a setting it is {@link #ALL}.
     *
     * @throws CascadeException INVALID_SETTING if the setting names no role
     */
    public static Role of(Environment environment) {
        String name = environment.getProperty(PROPERTY, "all");
        try {
            return valueOf(name.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new CascadeException(ErrorCode.INVALID_SETTING,
                    "Invalid " + PROPERTY + ": " + name + " (expected coordinator, worker or all)", e);
        }
    }
}
