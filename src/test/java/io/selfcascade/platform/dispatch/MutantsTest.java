package io.selfcascade.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The comparison of {@link ModelAndSqlTest} can fail: each {@link Flaw} that a ledger might have shows within its sequences. */
class MutantsTest {

    /** The first that shows the flaw ends the search; most do within three. */
    private static final int SEQUENCES = 30;
    private static final int OPERATIONS = Integer.getInteger("ledger.operations", 300);
    private static final long CLOCK_AHEAD = 3_600_000;

    @ParameterizedTest
    @EnumSource(Flaw.class)
    void noticesWhatSomebodyMightForget(Flaw flaw) {
        boolean isNoticed = LongStream.rangeClosed(1, SEQUENCES).anyMatch(seed -> parts(flaw, seed));

        assertThat(isNoticed).as("%s noticed within %d sequences of %d operations", flaw, SEQUENCES, OPERATIONS).isTrue();
    }

    private static boolean parts(Flaw flaw, long seed) {
        LedgerTwins twins = new LedgerTwins(flaw);
        twins.model.state.jvmAhead = CLOCK_AHEAD;
        RandomOperations operations = new RandomOperations(seed, twins.model.state);
        try {
            for (int n = 0; n < OPERATIONS; n++) {
                operations.note(twins.apply(operations.next()));
            }
            return false;
        } catch (AssertionError difference) {
            return true;
        }
    }
}
