package io.selfcascade.platform.batch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How a coordinator conducts runs.
 *
 * @param maxRunning runs this process conducts at the same time
 * @param claimInterval between two looks for a run that nobody conducts
 * @param keepInterval between two renewals of the owner leases, which last 30 s
 * @param pollInterval between two looks at a run's counters and wishes
 * @param readyTasks a further partition is opened while fewer tasks of the run wait to be sent
 * @param maxFailures executions of a run's job that may fail before the run does
 */
@ConfigurationProperties("selfcascade.batch")
record BatchProperties(
        @DefaultValue("8") int maxRunning,
        @DefaultValue("500ms") Duration claimInterval,
        @DefaultValue("5s") Duration keepInterval,
        @DefaultValue("500ms") Duration pollInterval,
        @DefaultValue("2000") int readyTasks,
        @DefaultValue("10") int maxFailures) {

    BatchProperties {
        require(maxRunning >= 1, "max-running: " + maxRunning + " (expected at least 1)");
        require(!claimInterval.isNegative() && !claimInterval.isZero(), "claim-interval: " + claimInterval);
        require(!pollInterval.isNegative() && !pollInterval.isZero(), "poll-interval: " + pollInterval);
        require(keepInterval.toMillis() >= 1 && keepInterval.toSeconds() <= 10,
                "keep-interval: " + keepInterval + " (expected at most 10s, a third of the lease)");
        require(readyTasks >= 1, "ready-tasks: " + readyTasks + " (expected at least 1)");
        require(maxFailures >= 1, "max-failures: " + maxFailures + " (expected at least 1)");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.batch." + what);
        }
    }
}
