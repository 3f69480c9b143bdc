package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.intake.ScheduleSource;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules that an operator keeps in files. */
class DeclaredSchedulesTest {

    private static final Path SAMPLES = Path.of("config", "schedules");

    private final ScheduleFixture fixture = new ScheduleFixture();

    @TempDir
    private Path folder;

    @Test
    void theSampleIsANightlyScheduleThatIsSwitchedOff() throws IOException {
        declared(SAMPLES);

        ScheduleView sample = only();
        assertThat(sample.request().name()).isEqualTo("nightly");
        assertThat(sample.request().enabled()).isFalse();
        assertThat(sample.nextAt()).isNull();
        assertThat(sample.request().source()).isInstanceOfSatisfying(ScheduleSource.Template.class,
                template -> assertThat(Path.of(String.valueOf(template.workload().itemsFile()))).exists());
        assertThat(Files.readString(Path.of("README.md"))).contains("config/schedules/nightly.yml");
    }

    @Test
    void anUnchangedFileLeavesWhatPeopleHaveDone() throws IOException {
        write("30 2 * * *", true);
        declared(folder);
        UUID id = only().id();
        fixture.edit(id, "{\"cron\": \"0 4 * * *\"}");
        fixture.schedules.pause(ScheduleFixture.TENANT, id);

        declared(folder);

        assertThat(only().request().cron().text()).isEqualTo("0 4 * * *");
        assertThat(only().request().enabled()).isFalse();
    }

    @Test
    void aChangedFileBecomesTheScheduleOfItsName() throws IOException {
        write("30 2 * * *", true);
        declared(folder);
        ScheduleView former = only();
        write("0 5 * * *", true);

        declared(folder);
        declared(folder);

        assertThat(only().id()).isEqualTo(former.id());
        assertThat(only().request().cron().text()).isEqualTo("0 5 * * *");
        assertThat(only().nextAt()).isEqualTo("2026-11-25T05:00:00Z");
        assertThat(only().version()).isEqualTo(former.version() + 1);
    }

    @Test
    void aBrokenFileEndsTheStartAndIsNamed() throws IOException {
        Path file = write("every night", true);

        assertThatThrownBy(() -> declared(folder))
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SETTING))
                .hasMessageContainingAll(file.toString(), "/cron", "correct the file");
        Files.writeString(file, "name: [");
        assertThatThrownBy(() -> declared(folder)).hasMessageContaining(file.toString());
        Files.writeString(file, "just words");
        assertThatThrownBy(() -> declared(folder)).hasMessageContaining(file.toString());
    }

    @Test
    void aFolderThatIsNotThereDeclaresNothing() {
        declared(folder.resolve("none"));

        assertThat(fixture.count("schedule")).isZero();
    }

    private void declared(Path from) {
        new DeclaredSchedules(from, fixture.reader, fixture.schedules).apply();
    }

    private Path write(String cron, boolean enabled) throws IOException {
        return Files.writeString(folder.resolve("mine.yml"), """
                name: mine
                cron: "%s"
                time_zone: UTC
                enabled: %s
                workload: %s
                """.formatted(cron, enabled, ScheduleFixture.WORKLOAD.replace("\n", "")));
    }

    private ScheduleView only() {
        assertThat(fixture.count("schedule")).isEqualTo(1);
        return fixture.schedules.page(ScheduleFixture.TENANT, null, 10).get(0);
    }
}
