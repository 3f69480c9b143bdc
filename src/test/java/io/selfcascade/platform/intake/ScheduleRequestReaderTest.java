package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleRequestReaderTest {

    private static final String WORKLOAD =
            "{'model':'scenes','cascade':{'preset':'fast','target':{'width':128,'height':128}},'items':[{'prompt':'a'}]}";
    private static final String NIGHTLY = "{'name':'n','cron':'30 2 * * *','time_zone':'Europe/Berlin','workload':" + WORKLOAD;

    private final ScheduleRequestReader reader = new ScheduleRequestReader(IntakeLimits.DEFAULT);

    @Test
    void readsASchedule() throws IOException {
        ScheduleRequest request = reader.read(json(NIGHTLY + ",'overlap_policy':'replace','starting_deadline':'90m','enabled':false}"));

        assertThat(request.name()).isEqualTo("n");
        assertThat(request.cron().text()).isEqualTo("30 2 * * *");
        assertThat(request.timeZone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(request.source()).isInstanceOf(ScheduleSource.Template.class);
        assertThat(request.overlapPolicy()).isEqualTo(OverlapPolicy.REPLACE);
        assertThat(request.startingDeadline()).isEqualTo(Duration.ofMinutes(90));
        assertThat(request.enabled()).isFalse();
    }

    @Test
    void skipsOverlapsAndStartsHoweverLateUnlessToldOtherwise() throws IOException {
        ScheduleRequest request = reader.read(json(NIGHTLY + "}"));

        assertThat(request.overlapPolicy()).isEqualTo(OverlapPolicy.FORBID);
        assertThat(request.startingDeadline()).isNull();
        assertThat(request.enabled()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cron               | "every night"      | invalid_value | Not a cron expression
            cron               | "0 0 30 2 *"       | invalid_value | Never comes
            cron               | "61 2 * * *"       | invalid_value | Not a cron expression
            time_zone          | "Europe/Berln"     | invalid_value | did you mean Europe/Berlin?
            time_zone          | "new york"         | invalid_value | did you mean America/New_York?
            time_zone          | "+02:00"           | invalid_value | for example Europe/Berlin
            overlap_policy     | "queue"            | invalid_value | forbid, replace, allow
            starting_deadline  | "soon"             | invalid_value | Not a duration
            starting_deadline  | "0s"               | out_of_range  | expected 1s to 366d
            folder             | "requests/default" | invalid_value | exactly one
            name               | " "                | invalid_value | Empty
            crom               | 1                  | unknown_field | known:
            """)
    void refusesAMistakeAndSaysWhatWasMeant(String field, String value, String code, String detail) throws IOException {
        SchedulePatch patch = reader.readPatch(json("{'" + field + "':" + value + "}"));
        ScheduleRequest current = reader.read(json(NIGHTLY + "}"));

        InvalidRequestException refused =
                catchThrowableOfType(InvalidRequestException.class, () -> reader.patched(current, patch));

        assertThat(refused.violations()).singleElement().satisfies(violation -> {
            assertThat(violation.pointer()).isEqualTo("/" + field);
            assertThat(violation.code()).isEqualTo(code);
            assertThat(violation.detail()).contains(detail);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'workload':{'cascade':null}                                      | /workload/cascade
            'workload':{'deadline':'2026-12-01T00:00:00Z'}                  | /workload/deadline
            'workload':null                                                 | /workload
            'workload':null,'topic':{'name':'no such','workload':{}}        | /topic/name
            'workload':null,'topic':{'name':'t','workload':{'items':[]}}    | /topic/workload/items
            """)
    void refusesASourceThatIsNone(String fields, String pointer) throws IOException {
        SchedulePatch patch = reader.readPatch(json("{" + fields + "}"));
        ScheduleRequest current = reader.read(json(NIGHTLY + "}"));

        InvalidRequestException refused =
                catchThrowableOfType(InvalidRequestException.class, () -> reader.patched(current, patch));

        assertThat(refused.violations()).extracting(Violation::pointer).contains(pointer);
    }

    @Test
    void aPatchChangesWhatItNamesAndNullTakesAway() throws IOException {
        ScheduleRequest current = reader.read(json(NIGHTLY + ",'starting_deadline':'4h'}"));

        ScheduleRequest patched = reader.patched(current, reader.readPatch(
                json("{'cron':'0 3 * * *','starting_deadline':null,'workload':{'priority':9}}")));

        assertThat(patched.cron().text()).isEqualTo("0 3 * * *");
        assertThat(patched.startingDeadline()).isNull();
        assertThat(patched.name()).isEqualTo("n");
        assertThat(((ScheduleSource.Template) patched.source()).workload().priority()).isEqualTo(9);
        assertThat(((ScheduleSource.Template) patched.source()).workload().model()).isEqualTo("scenes");
    }

    @Test
    void everySourceReadsBackAsItIsWritten() throws IOException {
        String rest = "{'name':'n','cron':'30 2 * * *','time_zone':'UTC',";
        String bare = WORKLOAD.replace(",'items':[{'prompt':'a'}]", "");
        for (String source : new String[] {
            "'workload':" + WORKLOAD, "'folder':'requests/default/{date}'", "'topic':{'name':'prompts','workload':" + bare + "}"
        }) {
            ScheduleSource read = reader.read(json(rest + source + "}")).source();

            assertThat(reader.readSource(RequestJson.write(read))).isEqualTo(read);
        }
    }

    private static InputStream json(String text) {
        return new ByteArrayInputStream(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
