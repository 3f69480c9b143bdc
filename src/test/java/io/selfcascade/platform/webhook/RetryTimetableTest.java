package io.selfcascade.platform.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryTimetableTest {

    private final RetryTimetable timetable = new RetryTimetable(new Random(7));

    @Test
    void waitsFourTimesAsLongEachTimeAndADayAtMost() {
        for (int draw = 0; draw < 100; draw++) {
            assertThat(timetable.after(1).orElseThrow()).isBetween(Duration.ofMillis(3_750), Duration.ofSeconds(5));
            assertThat(timetable.after(2).orElseThrow()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(20));
            assertThat(timetable.after(9).orElseThrow()).isBetween(Duration.ofHours(18), Duration.ofHours(24));
            assertThat(timetable.after(10).orElseThrow()).isBetween(Duration.ofHours(18), Duration.ofHours(24));
        }
    }

    @Test
    void givesUpAfterAboutThreeDays() {
        Duration total = IntStream.range(1, RetryTimetable.MOST_ATTEMPTS)
                .mapToObj(attempt -> timetable.after(attempt).orElseThrow()).reduce(Duration.ZERO, Duration::plus);

        assertThat(total).isBetween(Duration.ofHours(58), Duration.ofHours(79));
        assertThat(timetable.after(RetryTimetable.MOST_ATTEMPTS)).isEmpty();
        assertThat(timetable.after(RetryTimetable.MOST_ATTEMPTS + 1)).isEmpty();
    }
}
