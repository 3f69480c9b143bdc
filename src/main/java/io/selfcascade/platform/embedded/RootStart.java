package io.selfcascade.platform.embedded;

import static io.selfcascade.spec.ErrorCode.INFRASTRUCTURE_UNAVAILABLE;

import io.selfcascade.spec.CascadeException;
import java.io.IOException;

/** PostgreSQL refuses to run as root; in a user namespace of its own it may. Not every container allows one. */
final class RootStart {

    private RootStart() {
    }

    /**
     * Passes for an ordinary user, and for root where user namespaces work.
     *
     * @throws CascadeException INFRASTRUCTURE_UNAVAILABLE with the ways out otherwise
     */
    static void check() {
        if ("root".equals(System.getProperty("user.name")) && !namespacesWork()) {
            throw new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot start PostgreSQL: it refuses to run as "
                    + "root, and user namespaces are not allowed here (run as an ordinary user, or set "
                    + "selfcascade.embedded.enabled=false, spring.datasource.url and spring.kafka.bootstrap-servers)");
        }
    }

    private static boolean namespacesWork() {
        try {
            return new ProcessBuilder("unshare", "-U", "true").redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
