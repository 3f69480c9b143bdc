package io.selfcascade.platform.role;

/**
 * Phases of {@code SmartLifecycle} beans, highest stopped first: web server, then workers, then the coordinator; the
 * embedded Kafka and PostgreSQL end after all of them, when beans are destroyed. Starting goes the other way round.
 */
public final class LifecyclePhase {

    /** Threads that run stages. Below the web server, which stops at {@code MAX_VALUE - 2048}. */
    public static final int WORKER = Integer.MAX_VALUE - 4096;

    /** Conductor, dispatcher, reaper, relay, and listeners that write the ledger. */
    public static final int COORDINATOR = Integer.MAX_VALUE - 8192;

    private LifecyclePhase() {
    }
}
