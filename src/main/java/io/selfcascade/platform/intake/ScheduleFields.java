package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.INVALID_VALUE;
import static io.selfcascade.platform.intake.Violation.Kind.MISSING_FIELD;
import static io.selfcascade.platform.intake.Violation.Kind.OUT_OF_RANGE;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the single fields of a schedule. */
final class ScheduleFields {

    private static final int MAX_CRON = 256;
    private static final int MAX_ZONE = 64;
    private static final int MAX_FOLDER = 1024;
    private static final int MAX_TOPIC = 249;
    private static final LocalDateTime LONG_AGO = LocalDateTime.of(2000, 1, 1, 0, 0);
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final Pattern SIMPLE = Pattern.compile("(\\d{1,7})([smhd])");
    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");
    private static final List<String> SOURCES = List.of("workload", "folder", "topic");

    private final WorkloadRequestReader workloads;

    ScheduleFields(WorkloadRequestReader workloads) {
        this.workloads = workloads;
    }

    static @Nullable String name(JsonFields fields) {
        fields.require("name", "what people call the schedule");
        String name = fields.text("name", WorkloadRequestReader.MAX_NAME);
        if (name != null && name.isBlank()) {
            fields.refuse("name", INVALID_VALUE, "Empty (say what people call the schedule)");
        }
        return name;
    }

    static @Nullable Cron cron(JsonFields fields) {
        fields.require("cron", "for example \"30 2 * * *\", every night at half past two");
        String text = fields.text("cron", MAX_CRON);
        if (text == null) {
            return null;
        }
        Cron cron = parse(fields, text);
        if (cron != null && cron.next(LONG_AGO).isEmpty()) {
            fields.refuse("cron", INVALID_VALUE, "Never comes (no month has such a day)");
        }
        return cron;
    }

    static @Nullable ZoneId timeZone(JsonFields fields) {
        fields.require("time_zone", "for example Europe/Berlin, or UTC");
        String name = fields.text("time_zone", MAX_ZONE);
        if (name == null) {
            return null;
        }
        ZoneId zone = TimeZones.find(name).orElse(null);
        if (zone == null) {
            fields.refuse("time_zone", INVALID_VALUE, "No time zone of the IANA database ("
                    + TimeZones.nearest(name).map(known -> "did you mean " + known + "?").orElse("for example Europe/Berlin, or UTC")
                    + ")");
        }
        return zone;
    }

    static @Nullable Duration startingDeadline(JsonFields fields) {
        String text = fields.text("starting_deadline", MAX_ZONE);
        if (text == null) {
            return null;
        }
        Duration duration = duration(text);
        if (duration == null) {
            fields.refuse("starting_deadline", INVALID_VALUE, "Not a duration (expected for example 90m, 4h or PT4H)");
        } else if (duration.toSeconds() < 1 || duration.compareTo(LONGEST) > 0) {
            fields.refuse("starting_deadline", OUT_OF_RANGE, text + " (expected 1s to 366d)");
        }
        return duration;
    }

    @Nullable ScheduleSource source(JsonFields fields) {
        List<String> named = SOURCES.stream().filter(fields::has).toList();
        if (named.size() != 1) {
            fields.refuse(named.isEmpty() ? "workload" : named.get(1), named.isEmpty() ? MISSING_FIELD : INVALID_VALUE,
                    "Expected exactly one of workload, folder and topic (it is what each run is made of)");
            return null;
        }
        return switch (named.get(0)) {
            case "workload" -> template(fields);
            case "folder" -> folder(fields);
            default -> fields.object("topic", this::topic);
        };
    }

    private ScheduleSource.@Nullable Template template(JsonFields fields) {
        WorkloadRequest workload = fields.object("workload", workloads::template);
        return workload == null ? null : new ScheduleSource.Template(workload);
    }

    private static ScheduleSource.@Nullable Folder folder(JsonFields fields) {
        String path = fields.text("folder", MAX_FOLDER);
        if (path != null && path.isBlank()) {
            fields.refuse("folder", INVALID_VALUE, "Empty (name a folder, or a prefix of the artifact store)");
        }
        return path == null ? null : new ScheduleSource.Folder(path);
    }

    private ScheduleSource.@Nullable Topic topic(JsonFields fields) {
        fields.require("name", "the topic whose records are items");
        String name = fields.text("name", MAX_TOPIC);
        if (name != null && !TOPIC.matcher(name).matches()) {
            fields.refuse("name", INVALID_VALUE, "Not the name of a topic (expected letters, digits, '.', '_' and '-')");
        }
        fields.require("workload", "model and cascade of the workload that the records become");
        WorkloadRequest workload = fields.object("workload", workloads::templateWithoutItems);
        fields.refuseUnread();
        return name == null || workload == null ? null : new ScheduleSource.Topic(name, workload);
    }

    private static @Nullable Cron parse(JsonFields fields, String text) {
        try {
            return Cron.parse(text);
        } catch (IllegalArgumentException e) {
            fields.refuse("cron", INVALID_VALUE, "Not a cron expression: " + e.getMessage()
                    + " (expected minute, hour, day, month and day of the week; seconds may come first)");
            return null;
        }
    }

    private static @Nullable Duration duration(String text) {
        Matcher simple = SIMPLE.matcher(text);
        if (simple.matches()) {
            long amount = Long.parseLong(simple.group(1));
            return switch (simple.group(2)) {
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
