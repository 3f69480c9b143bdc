package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How patient the ledger is, and how much it sends at once.
 *
 * @param tick between two looks for tasks to send; a change in this process wakes the dispatcher earlier
 * @param linger how long a task message that is not full waits for more tasks
 * @param window task messages under way per live slot of a pool
 * @param lease how long a running dispatch lives without a beat
 * @param beat how often a worker is expected to give a sign of life
 * @param sendingLease how long a dispatch may be committed but not sent
 * @param queueTimeout how long a task message may wait for a worker
 * @param clockError how far the clock of a worker may be from the ledger's
 * @param ownerLease how long a run belongs to a coordinator that fell silent
 * @param maxAttempts runs of a task that may fail before it is dead
 * @param maxWorkerLosses workers that may die under a task before it is dead
 * @param retryDelay before the second attempt; doubles with every further one
 * @param maxRetryDelay longest delay
 * @param maxMessage size of a task message; a single task may exceed it
 * @param reapInterval between two looks for expired leases
 * @param retention of closed dispatches and published events
 * @param poolRanks which pools have the bigger machines; a pool not listed has rank 0
 */
@ConfigurationProperties("selfcascade.dispatch")
record DispatchProperties(
        @DefaultValue("100ms") Duration tick,
        @DefaultValue("100ms") Duration linger,
        @DefaultValue("2") int window,
        @DefaultValue("30s") Duration lease,
        @DefaultValue("5s") Duration beat,
        @DefaultValue("30s") Duration sendingLease,
        @DefaultValue("15m") Duration queueTimeout,
        @DefaultValue("60s") Duration clockError,
        @DefaultValue("30s") Duration ownerLease,
        @DefaultValue("5") int maxAttempts,
        @DefaultValue("3") int maxWorkerLosses,
        @DefaultValue("5s") Duration retryDelay,
        @DefaultValue("5m") Duration maxRetryDelay,
        @DefaultValue("256KB") DataSize maxMessage,
        @DefaultValue("1s") Duration reapInterval,
        @DefaultValue("24h") Duration retention,
        @DefaultValue Map<String, Integer> poolRanks) {

    DispatchProperties {
        poolRanks = Map.copyOf(poolRanks);
        require(tick.toMillis() >= 1, "tick: " + tick + " (expected at least 1ms)");
        require(!linger.isNegative(), "linger: " + linger + " (expected at least 0)");
        require(window >= 1 && window <= 16, "window: " + window + " (expected 1..16)");
        require(beat.toSeconds() >= 1 && beat.multipliedBy(3).compareTo(lease) <= 0,
                "beat: " + beat + " (must be at least 1s and at most a third of lease " + lease + ")");
        require(sendingLease.toSeconds() >= 25, "sending-lease: " + sendingLease + " (a send may take 20s, expected 25s or more)");
        require(queueTimeout.compareTo(lease) >= 0, "queue-timeout: " + queueTimeout + " (must not be below lease " + lease + ")");
        require(!clockError.isNegative() && clockError.compareTo(queueTimeout) < 0,
                "clock-error: " + clockError + " (must be below queue-timeout " + queueTimeout + ")");
        require(ownerLease.toSeconds() >= 15, "owner-lease: " + ownerLease + " (is renewed every 5s, expected 15s or more)");
        require(maxAttempts >= 1 && maxAttempts <= 100, "max-attempts: " + maxAttempts + " (expected 1..100)");
        require(maxWorkerLosses >= 1 && maxWorkerLosses <= 100, "max-worker-losses: " + maxWorkerLosses + " (expected 1..100)");
        require(!retryDelay.isNegative() && retryDelay.compareTo(maxRetryDelay) <= 0,
                "retry-delay: " + retryDelay + " (must not exceed max-retry-delay " + maxRetryDelay + ")");
        require(maxMessage.toKilobytes() >= 16 && maxMessage.toKilobytes() <= 512,
                "max-message: " + maxMessage + " (expected 16KB..512KB, a broker takes 1MB)");
        require(reapInterval.toMillis() >= 100, "reap-interval: " + reapInterval + " (expected at least 100ms)");
        require(retention.toHours() >= 1, "retention: " + retention + " (expected at least 1h)");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.dispatch." + what);
        }
    }
}
