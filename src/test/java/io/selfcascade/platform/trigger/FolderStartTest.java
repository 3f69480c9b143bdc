package io.selfcascade.platform.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.intake.BackfillRequest;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.trigger.ScheduleRun.Refusal;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Runs that are made of files. */
class FolderStartTest {

    private final ScheduleFixture fixture = new ScheduleFixture();
    private final DueSchedules coordinator = fixture.coordinator();
    private final Path folder = fixture.localFolder.resolve("nightly");

    @Test
    void everyFileBecomesOneWorkloadOnce() {
        UUID nightly = watching(folder.toString());
        write("a.json", request("a"));
        write("sub/b.json", request("b"));
        write("notes.txt", "no request");
        write(".c.json", "{\"half\": ");

        lookAt("2026-11-25T02:30:00Z");
        lookAt("2026-11-26T02:30:00Z");

        assertThat(fixture.run(nightly, "2026-11-25T02:30").workloads()).hasSize(2);
        assertThat(fixture.run(nightly, "2026-11-26T02:30").workloads()).isEmpty();
        assertThat(fixture.run(nightly, "2026-11-26T02:30").state()).isEqualTo(State.STARTED);
        assertThat(fixture.run(nightly, "2026-11-26T02:30").reason()).isEqualTo("No new files");
        assertThat(fixture.count("workload")).isEqualTo(2);
    }

    @Test
    void aBrokenFileIsNamedWithItsMistakeAndNotTriedAgainUntilItChanges() {
        UUID nightly = watching(folder.toString());
        write("bad.json", "{\"model\": \"scenes\"");
        write("good.json", request("good"));
        write("unknown.json", request("u").replace("\"scenes\"", "\"nothing\""));

        lookAt("2026-11-25T02:30:00Z");
        ScheduleRun run = fixture.run(nightly, "2026-11-25T02:30");
        assertThat(run.state()).isEqualTo(State.STARTED);
        assertThat(run.reason()).isEqualTo("2 of 3 files were refused");
        assertThat(run.refused()).extracting(Refusal::file)
                .containsExactly(folder + "/bad.json", folder + "/unknown.json");
        assertThat(run.refused().get(1).detail()).contains("No such model: nothing");

        lookAt("2026-11-26T02:30:00Z");
        assertThat(fixture.run(nightly, "2026-11-26T02:30").refused()).isEmpty();

        write("bad.json", request("mended"));
        lookAt("2026-11-27T02:30:00Z");

        assertThat(fixture.run(nightly, "2026-11-27T02:30").workloads()).hasSize(1);
        assertThat(fixture.count("workload WHERE name = 'mended'")).isEqualTo(1);
    }

    @Test
    void aRunOfBrokenFilesAloneHasFailed() {
        UUID nightly = watching(folder.toString());
        write("bad.json", "[]");

        lookAt("2026-11-25T02:30:00Z");

        assertThat(fixture.run(nightly, "2026-11-25T02:30").state()).isEqualTo(State.FAILED);
    }

    @Test
    void takesOnlySoManyFilesAndLeavesTheOthersToTheNextRun() {
        UUID nightly = watching(folder.toString());
        for (int i = 0; i < ScheduleFixture.MOST_FILES + 2; i++) {
            write(i + ".json", request("n" + i));
        }

        lookAt("2026-11-25T02:30:00Z");
        lookAt("2026-11-26T02:30:00Z");

        assertThat(fixture.run(nightly, "2026-11-25T02:30").workloads()).hasSize(ScheduleFixture.MOST_FILES);
        assertThat(fixture.run(nightly, "2026-11-25T02:30").reason()).isEqualTo("the next run takes more files");
        assertThat(fixture.run(nightly, "2026-11-26T02:30").workloads()).hasSize(2);
    }

    @Test
    void readsAFolderOfTheRunsDateAndOnlyThatCanBeBackfilled() {
        UUID dated = watching(folder + "/{date}");
        write("2026-11-24/a.json", request("old"));
        write("2026-11-25/a.json", request("new"));

        lookAt("2026-11-25T02:30:00Z");
        fixture.requested.backfill(ScheduleFixture.TENANT, dated, day("2026-11-24"));
        fixture.database.execute("UPDATE workload_run SET state = 'completed', finished_at = now()");
        fixture.waiting(fixture.ledger).start();

        assertThat(fixture.run(dated, "2026-11-25T02:30").workloads()).hasSize(1);
        assertThat(fixture.run(dated, "2026-11-24T02:30").workloads()).hasSize(1);
        fixture.edit(dated, "{\"folder\": \"" + folder + "\"}");
        assertThatThrownBy(() -> fixture.requested.backfill(ScheduleFixture.TENANT, dated, day("2026-11-23")))
                .isInstanceOf(InvalidRequestException.class).hasMessageContaining("{date}");
    }

    @Test
    void readsItsTenantsPrefixOfTheArtifactStore() {
        UUID nightly = watching("requests/default/nightly");
        fixture.store.put("requests/default/nightly/a.json", request("a").getBytes(StandardCharsets.UTF_8));
        fixture.store.put("requests/default/other/b.json", request("b").getBytes(StandardCharsets.UTF_8));

        lookAt("2026-11-25T02:30:00Z");

        assertThat(fixture.run(nightly, "2026-11-25T02:30").workloads()).hasSize(1);
    }

    @Test
    void refusesAFolderNobodyMayName() throws IOException {
        Path outside = Files.createTempDirectory("outside");
        for (String forbidden : new String[] {
            outside.toString(), folder + "/../../etc", "/etc", "requests/another/x", "requests/default/../another", "requests"
        }) {
            assertThatThrownBy(() -> watching(forbidden)).as(forbidden).isInstanceOf(InvalidRequestException.class);
        }
        Files.createDirectories(folder.getParent());
        Files.createSymbolicLink(folder, outside);
        Files.writeString(outside.resolve("a.json"), request("a"));
        UUID linked = watching(folder.toString());

        lookAt("2026-11-25T02:30:00Z");

        assertThat(fixture.run(linked, "2026-11-25T02:30").workloads()).isEmpty();
    }

    private UUID watching(String path) {
        return fixture.schedule("\"name\": \"files\", \"cron\": \"30 2 * * *\", \"time_zone\": \"UTC\","
                + " \"overlap_policy\": \"allow\", \"folder\": \"" + path + "\"");
    }

    private static BackfillRequest day(String day) {
        return new BackfillRequest(LocalDate.parse(day), LocalDate.parse(day));
    }

    private static String request(String name) {
        return ScheduleFixture.WORKLOAD.replace("nightly {date}", name);
    }

    private void write(String name, String content) {
        try {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.writeString(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void lookAt(String time) {
        fixture.at(time);
        coordinator.decide();
    }
}
