package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.trigger.ScheduledTime;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * When a schedule runs next, as JSON.
 *
 * @param local what clocks in its time zone show then, with their offset
 * @param note what the clocks do that night, if they are changed just then
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ScheduledTimeBody(
        Instant at, String local, @JsonProperty("logical_date") String logicalDate, @Nullable String note) {

    static ScheduledTimeBody of(ScheduledTime time, ZoneId zone) {
        String local = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.at().atZone(zone));
        String note = switch (time.night()) {
            case ORDINARY -> null;
            case SKIPPED -> time.logicalDate() + " does not exist, because the clocks go forward: runs at the first moment after it";
            case REPEATED -> time.logicalDate() + " comes twice, because the clocks go back: runs once, the first time";
        };
        return new ScheduledTimeBody(time.at(), local, time.logicalDate().toString(), note);
    }
}
