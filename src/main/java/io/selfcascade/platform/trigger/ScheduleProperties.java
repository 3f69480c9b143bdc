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
 * @param folder of files that declare schedules
 * @param mostBackfilled times in one backfill
 * @param mostFiles files one run takes from a folder
 * @param topics begins, with the tenant behind it, the name of every topic a schedule may collect
 * @param history how long it is told what became of a run
 * @param mostRuns runs of a schedule of which it is told
 */
@ConfigurationProperties("selfcascade.schedule")
record ScheduleProperties(
        @DefaultValue("1s") Duration tick,
        @DefaultValue("config/schedules") String folder,
        @DefaultValue("400") int mostBackfilled,
        @DefaultValue("1000") int mostFiles,
        @DefaultValue("selfcascade.items") String topics,
        @DefaultValue("90d") Duration history,
        @DefaultValue("10000") int mostRuns) {

    ScheduleProperties {
        require(tick.toMillis() >= 10 && tick.compareTo(Duration.ofMinutes(1)) <= 0, "tick: " + tick + " (expected 10ms to 1m)");
        require(mostBackfilled >= 1 && mostBackfilled <= 10_000, "most-backfilled: " + mostBackfilled + " (expected 1 to 10000)");
        require(mostFiles >= 1 && mostFiles <= 10_000, "most-files: " + mostFiles + " (expected 1 to 10000)");
        require(history.compareTo(Duration.ofDays(1)) >= 0, "history: " + history + " (expected at least 1d)");
        require(mostRuns >= 100, "most-runs: " + mostRuns + " (expected at least 100)");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.schedule." + what);
        }
    }
}
