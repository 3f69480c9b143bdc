package io.selfcascade.platform.trigger;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How schedules are watched.
 *
 * @param tick between two looks for schedules that are due
 */
@ConfigurationProperties("selfcascade.schedule")
record ScheduleProperties(@DefaultValue("1s") Duration tick) {

    ScheduleProperties {
        require(tick.toMillis() >= 10 && tick.compareTo(Duration.ofMinutes(1)) <= 0, "tick: " + tick + " (expected 10ms to 1m)");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.schedule." + what);
        }
    }
}
