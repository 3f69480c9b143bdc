package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Whatever is lost, repeated, late, reordered, stopped or killed: the promises hold after every call of the ledger, and
 * afterwards every workload ends.
 *
 * <p>{@code -Dsimulation.seeds=20000} plays more of them, {@code -Dsimulation.seed=17} only the one that failed.
 */
class SimulationTest {

    private static final Duration FAULTY = Duration.ofSeconds(Integer.getInteger("simulation.seconds", 240));
    /** Every call of the ledger that works costs some milliseconds. */
    private static final Duration FAULTY_SQL = Duration.ofSeconds(Integer.getInteger("simulation.sql.seconds", 60));
    /** A flaw that does not show in so many is not noticed. */
    private static final int MUTANT_SEEDS = 100;

    @Test
    void everyPromiseHoldsAfterEveryCall() {
        Map<Faults.Kind, Integer> injected = new EnumMap<>(Faults.Kind.class);
        long[] totals = new long[3];
        seeds("simulation.seeds", 100).forEach(seed -> {
            Simulation simulation = play(seed, () -> new LedgerModel(SqlLedger.RANKS), FAULTY);
            simulation.faults.injected().forEach((kind, count) -> injected.merge(kind, count, Integer::sum));
            totals[0]++;
            totals[1] += simulation.calls;
            totals[2] += (simulation.now - Ledger.START) / 1_000;
        });

        System.out.printf("simulation: %,d seeds, %,d calls checked, %,d s simulated, faults %s%n", totals[0], totals[1], totals[2], injected);
        if (totals[0] > 1) {
            assertThat(injected).as("every kind of fault was tried").containsOnlyKeys(Faults.Kind.values());
        }
    }

    @Test
    void everyPromiseHoldsOnTheLedgerThatWorks() {
        seeds("simulation.sql.seeds", 1).forEach(seed -> play(seed, SqlLedger::new, FAULTY_SQL));
    }

    /** Whose turn it is, is no promise: any order keeps all of them. {@link MutantsTest} notices those flaws. */
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = {"QUOTA_NOT_COUNTED", "TENANTS_NOT_TOLD_APART", "ARREARS_ARE_MADE_UP"})
    void noticesWhatSomebodyMightForget(Flaw flaw) {
        boolean isNoticed = LongStream.rangeClosed(1, MUTANT_SEEDS).anyMatch(seed -> isBroken(seed, flaw));

        assertThat(isNoticed).as("%s noticed within %d seeds", flaw, MUTANT_SEEDS).isTrue();
    }

    private static boolean isBroken(long seed, Flaw flaw) {
        try {
            play(seed, () -> new LedgerModel(SqlLedger.RANKS, flaw), FAULTY);
            return false;
        } catch (AssertionError broken) {
            return true;
        }
    }

    private static LongStream seeds(String setting, int count) {
        Long only = Long.getLong("simulation.seed");
        return only == null ? LongStream.rangeClosed(1, Integer.getInteger(setting, count)) : LongStream.of(only);
    }

    /** Plays a seed; a failure says how to play it again. */
    private static Simulation play(long seed, Supplier<Ledger> ledger, Duration faulty) {
        Simulation simulation = new Simulation(seed, ledger.get());
        try {
            simulation.run(faulty);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("Seed " + seed + " fails in step " + simulation.steps + ": " + e.getMessage()
                    + "\nAgain: ./mvnw test -Dtest=SimulationTest -Dsimulation.seed=" + seed + "\n" + simulation.history(), e);
        }
        return simulation;
    }
}
