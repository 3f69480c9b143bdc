package io.selfcascade.platform.deadletter;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How many dead letters are kept.
 *
 * @param retention how long; not shorter than their topics keep them, or a reader that begins anew would bring them back
 * @param most how many; beyond them the oldest go
 */
@ConfigurationProperties("selfcascade.dead-letters")
record DeadLetterProperties(@DefaultValue("30d") Duration retention, @DefaultValue("100000") int most) {

    DeadLetterProperties {
        require(retention.toDays() >= 7, "retention: " + retention + " (expected at least 7d, as long as Kafka keeps them)");
        require(most >= 1_000 && most <= 10_000_000, "most: " + most + " (expected 1000 to 10000000)");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.dead-letters." + what);
        }
    }
}
