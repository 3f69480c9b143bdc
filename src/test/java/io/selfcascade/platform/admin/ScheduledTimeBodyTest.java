package io.selfcascade.platform.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.trigger.ScheduledTime;
import io.selfcascade.platform.trigger.ScheduledTime.Night;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class ScheduledTimeBodyTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Test
    void saysWhatTheClocksDoInBothNights() {
        ScheduledTimeBody spring = body("2026-03-29T01:00:00Z", "2026-03-29T02:30", Night.SKIPPED);
        ScheduledTimeBody autumn = body("2026-10-25T00:30:00Z", "2026-10-25T02:30", Night.REPEATED);

        assertThat(spring.local()).isEqualTo("2026-03-29T03:00:00+02:00");
        assertThat(spring.note()).isEqualTo(
                "2026-03-29T02:30 does not exist, because the clocks go forward: runs at the first moment after it");
        assertThat(autumn.local()).isEqualTo("2026-10-25T02:30:00+02:00");
        assertThat(autumn.note()).isEqualTo("2026-10-25T02:30 comes twice, because the clocks go back: runs once, the first time");
        assertThat(body("2026-11-25T01:30:00Z", "2026-11-25T02:30", Night.ORDINARY).note()).isNull();
    }

    private static ScheduledTimeBody body(String at, String logicalDate, Night night) {
        return ScheduledTimeBody.of(new ScheduledTime(LocalDateTime.parse(logicalDate), Instant.parse(at), night), BERLIN);
    }
}
