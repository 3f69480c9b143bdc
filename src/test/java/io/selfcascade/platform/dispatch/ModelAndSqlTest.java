package io.selfcascade.platform.dispatch;

import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The model says what docs/spec/dispatch.md says, the SQL ledger does what the model does: after every operation of random
 * sequences everything that can be observed is the same.
 *
 * <p>{@code -Dledger.sequences=300} plays more of them, {@code -Dledger.seed=17} only the one that failed.
 */
class ModelAndSqlTest {

    private static final int OPERATIONS = Integer.getInteger("ledger.operations", 300);

    static LongStream seeds() {
        Long only = Long.getLong("ledger.seed");
        return only == null ? LongStream.rangeClosed(1, Integer.getInteger("ledger.sequences", 6)) : LongStream.of(only);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreeAfterEveryOperation(long seed) {
        LedgerTwins twins = new LedgerTwins();
        RandomOperations operations = new RandomOperations(seed, twins.model.state);

        for (int n = 0; n < OPERATIONS; n++) {
            operations.note(twins.apply(operations.next()));
        }
    }
}
