package io.selfcascade.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.util.FileSystemUtils;

/**
 * Every scenario, one after the other, on one standing cluster. Run by {@code ./mvnw verify -Pfaults};
 * {@code -Dfaults.only=20,22} runs those of these numbers. One line per scenario is printed and written to
 * {@code target/faults/report.md}; a scenario that fails stops none of the others.
 */
class FaultsRun {

    private static final Duration SETTLED = Duration.ofSeconds(180);

    private final List<String> report = new ArrayList<>();
    private int survived;
    private int failed;
    private long lost;
    private long twice;

    @Test
    void losesNothingAndAcceptsNothingTwice() throws IOException {
        Path folder = Path.of("target", "faults").toAbsolutePath();
        clear(folder);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> clear(folder)));
        FileSystemUtils.deleteRecursively(folder);
        long start = System.nanoTime();
        try (Cluster cluster = new Cluster(folder)) {
            cluster.start();
            say("cluster up after %.0f s%n".formatted((System.nanoTime() - start) / 1e9));
            say("| # | scenario | s | |");
            say("|---|---|---|---|");
            Invariants invariants = new Invariants(cluster);
            chosen().forEach(scenario -> run(scenario, cluster, invariants));
        }
        say("%nfaults: %d survived, %d failed; items lost %d, accepted twice %d".formatted(survived, failed, lost, twice));
        say("%.0f s on %d processors".formatted((System.nanoTime() - start) / 1e9, Runtime.getRuntime().availableProcessors()));
        Files.write(folder.resolve("report.md"), report);
        assertThat(failed).isZero();
    }

    /** What a run leaves that is ended from outside. */
    private static void clear(Path folder) {
        Database.stopOrphan(folder);
        Store.unmountOrphan(folder.resolve("artifacts"));
    }

    private static List<Scenario> chosen() {
        Set<Integer> only = Arrays.stream(System.getProperty("faults.only", "").split(",")).filter(n -> !n.isBlank())
                .map(n -> Integer.valueOf(n.strip())).collect(Collectors.toSet());
        return Stream.of(WorkerDeaths.all(), Messages.all(), BadInputs.all(), Stages.all(), Controls.all(), Watchers.all(), Clockwork.all(), Zombies.all(),
                        ServersDown.all(), CoordinatorDeaths.all(), Sabotage.all())
                .flatMap(List::stream)
                .filter(scenario -> only.isEmpty() || only.contains(scenario.number())).toList();
    }

    private void run(Scenario scenario, Cluster cluster, Invariants invariants) {
        long start = System.nanoTime();
        List<String> broken = new ArrayList<>();
        try {
            scenario.body().run(cluster);
        } catch (Exception | AssertionError e) {
            broken.add(firstLine(e));
        }
        try {
            cluster.disarm();
            cluster.ensureUp();
            cluster.awaitAllEnded(SETTLED);
        } catch (Exception | AssertionError e) {
            broken.add(firstLine(e));
        }
        try {
            Invariants.Findings findings = invariants.check();
            lost += findings.lost();
            twice += findings.twice();
            broken.addAll(findings.broken());
        } catch (Exception | AssertionError e) {
            broken.add(firstLine(e));
        }
        if (broken.isEmpty()) {
            survived++;
        } else {
            failed++;
        }
        say("| %d | %s | %.0f | %s |".formatted(scenario.number(), scenario.name(), (System.nanoTime() - start) / 1e9,
                broken.isEmpty() ? "" : "FAILED: " + broken.stream().limit(6).collect(Collectors.joining("; "))
                        + (broken.size() > 6 ? " and " + (broken.size() - 6) + " more" : "")));
    }

    private static String firstLine(Throwable e) {
        String message = String.valueOf(e.getMessage()).strip().lines().limit(4).collect(Collectors.joining(" "));
        return e.getClass().getSimpleName() + " " + message;
    }

    private void say(String line) {
        report.add(line);
        System.out.println(line);
    }
}
