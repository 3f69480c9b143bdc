package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.intake.Cron;
import io.selfcascade.platform.trigger.ScheduledTime.Night;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each local time once, whatever the clocks do at night. */
class CronTimesTest {

    /**
     * The oracle knows neither cron nor transitions: it walks the wall clock minute by minute. A local time happens the first
     * time the wall shows it; one that it never shows happens at the first minute at which the wall shows a later one.
     */
    @ParameterizedTest
    @CsvSource({
        "Europe/Berlin,       02:30, 2024",
        "Europe/Berlin,       02:00, 2024",
        "Europe/Berlin,       03:00, 2024",
        "America/New_York,    02:15, 2024",
        "America/New_York,    01:30, 2024",
        "Australia/Lord_Howe, 02:15, 2024",
        "Australia/Lord_Howe, 01:45, 2024",
        "America/Sao_Paulo,   00:00, 2016",
        "America/Sao_Paulo,   23:30, 2016",
        "Africa/Cairo,        00:20, 2023",
        "Asia/Beirut,         00:00, 2022",
        "Asia/Kathmandu,      02:30, 2024",
        "Pacific/Apia,        02:30, 2010",
        "UTC,                 02:30, 2024",
    })
    void agreesWithAWalkThroughEveryMinuteOfThreeYears(ZoneId zone, LocalTime time, int year) {
        Instant from = LocalDateTime.of(year, 1, 1, 12, 0).atZone(zone).toInstant();
        Instant until = LocalDateTime.of(year + 3, 1, 1, 12, 0).atZone(zone).toInstant();

        List<ScheduledTime> times = times(daily(time), zone, from, until);

        Map<LocalDateTime, Instant> found = new TreeMap<>();
        times.forEach(one -> found.put(one.logicalDate(), one.at()));
        assertThat(found).isEqualTo(walk(zone, time, from, until));
        assertThat(times).hasSameSizeAs(found.keySet());
    }

    @Test
    void runsOnceInBothNightsOfBerlin() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");

        assertThat(night(berlin, "2026-03-29")).containsExactly(new ScheduledTime(
                LocalDateTime.parse("2026-03-29T02:30"), Instant.parse("2026-03-29T01:00:00Z"), Night.SKIPPED));
        assertThat(night(berlin, "2026-10-25")).containsExactly(new ScheduledTime(
                LocalDateTime.parse("2026-10-25T02:30"), Instant.parse("2026-10-25T00:30:00Z"), Night.REPEATED));
    }

    @Test
    void whatFallsOnOneMomentIsOneRun() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Instant from = Instant.parse("2026-03-29T00:00:00Z");

        List<ScheduledTime> times = times(Cron.parse("*/20 * * * *"), berlin, from, from.plus(Duration.ofMinutes(80)));

        assertThat(times).extracting(time -> time.logicalDate().toLocalTime()).map(LocalTime::toString)
                .containsExactly("01:20", "01:40", "03:00", "03:20");
    }

    @Test
    void restsWhileTheClocksRepeatAnHour() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Instant from = Instant.parse("2026-10-25T00:00:00Z");

        List<ScheduledTime> times = times(Cron.parse("0 * * * *"), berlin, from.minusSeconds(1), from.plus(Duration.ofHours(2)));

        assertThat(times).extracting(ScheduledTime::at).containsExactly(from, from.plus(Duration.ofHours(2)));
    }

    @Test
    void knowsLeapDays() {
        List<ScheduledTime> times = times(Cron.parse("30 2 29 2 *"), ZoneOffset.UTC,
                Instant.parse("2095-01-01T00:00:00Z"), Instant.parse("2109-01-01T00:00:00Z"));

        assertThat(times).extracting(time -> time.logicalDate().toString())
                .containsExactly("2096-02-29T02:30", "2104-02-29T02:30", "2108-02-29T02:30");
    }

    @Test
    void readsFiveFieldsAndSix() {
        Instant from = Instant.parse("2026-11-25T00:00:00Z");

        assertThat(next("30 2 * * *", from)).isEqualTo("2026-11-25T02:30:00Z");
        assertThat(next("15 30 2 * * *", from)).isEqualTo("2026-11-25T02:30:15Z");
        assertThat(next("0 2 * * MON", from)).isEqualTo("2026-11-30T02:00:00Z");
        assertThat(new CronTimes(Cron.parse("0 0 30 2 *"), ZoneOffset.UTC).next(from)).isEmpty();
    }

    @Test
    void findsTheLastTimesOfALongAbsenceWithoutWalkingThroughIt() {
        CronTimes everySecond = new CronTimes(Cron.parse("* * * * * *"), ZoneOffset.UTC);
        Instant until = Instant.parse("2026-11-25T00:00:00Z");

        List<ScheduledTime> last = everySecond.lastUntil(Instant.EPOCH, until, 3);

        assertThat(last).extracting(ScheduledTime::at).containsExactly(until.minusSeconds(2), until.minusSeconds(1), until);
        assertThat(everySecond.lastUntil(until.minusSeconds(2), until, 100)).hasSize(2);
        assertThat(everySecond.lastUntil(until, until, 100)).isEmpty();
    }

    private static String next(String cron, Instant after) {
        return new CronTimes(Cron.parse(cron), ZoneOffset.UTC).next(after).orElseThrow().at().toString();
    }

    private static Cron daily(LocalTime time) {
        return Cron.parse(time.getMinute() + " " + time.getHour() + " * * *");
    }

    private static List<ScheduledTime> night(ZoneId zone, String date) {
        Instant from = LocalDateTime.parse(date + "T00:00").atZone(zone).toInstant();
        return times(Cron.parse("30 2 * * *"), zone, from, from.plus(Duration.ofHours(12)));
    }

    private static List<ScheduledTime> times(Cron cron, ZoneId zone, Instant from, Instant until) {
        CronTimes times = new CronTimes(cron, zone);
        List<ScheduledTime> found = new ArrayList<>();
        Stream.iterate(times.next(from), time -> time.isPresent() && !time.get().at().isAfter(until), time -> times.next(time.get().at()))
                .forEach(time -> found.add(time.orElseThrow()));
        return found;
    }

    private static Map<LocalDateTime, Instant> walk(ZoneId zone, LocalTime time, Instant from, Instant until) {
        Map<LocalDateTime, Instant> expected = new TreeMap<>();
        Set<LocalDateTime> shown = new HashSet<>();
        LocalDateTime latest = LocalDateTime.ofInstant(from, zone);
        for (Instant minute = from.plus(1, ChronoUnit.MINUTES); !minute.isAfter(until); minute = minute.plus(1, ChronoUnit.MINUTES)) {
            LocalDateTime wall = LocalDateTime.ofInstant(minute, zone);
            for (LocalDateTime local = latest.plusMinutes(1); !local.isAfter(wall); local = local.plusMinutes(1)) {
                if (local.toLocalTime().equals(time) && shown.add(local)) {
                    expected.put(local, minute);
                }
            }
            latest = wall.isAfter(latest) ? wall : latest;
        }
        return expected;
    }
}
