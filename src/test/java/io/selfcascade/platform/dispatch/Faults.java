package io.selfcascade.platform.dispatch;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;

/**
 * What goes wrong, and how often it did. Every seed has a mixture of its own, because what is rare in a balanced one
 * may need several of the same to show. Once it is over, nothing goes wrong any more.
 */
final class Faults {

    /** How things go wrong, once in so many times. */
    enum Kind {
        /** A record never came to the broker, and its sender knows. */
        SEND_LOST(15),
        /** A record is stored and its sender does not know. */
        SEND_TIMEOUT(15),
        DUPLICATE(15),
        /** The sender has given up; the record is stored later. */
        DELAY(12),
        REORDER(5),
        /** The database never did it, and its caller does not know. */
        CALL_LOST(40),
        /** The database did it, and its caller does not know. */
        CALL_TIMEOUT(40),
        COORDINATOR_CRASH(12),
        /** Stopped, and continued as if nothing had been. */
        COORDINATOR_STOP(12),
        /** The broker takes a consumer's partition away. */
        REBALANCE(60),
        WORKER_CRASH(12),
        WORKER_STOP(12),
        /** Another process begins under the id of one that is stopped. */
        WORKER_REPLACED(3),
        /** Nothing a worker sends arrives for a while. */
        WORKER_CUT_OFF(12),
        WORKER_GOODBYE(20),
        TASK_FAILED(6),
        TASK_DECLINED(20);

        private final int oneIn;

        Kind(int oneIn) {
            this.oneIn = oneIn;
        }
    }

    private static final int OFTEN = 4;

    private final Random random;
    private final Map<Kind, Integer> oneIn = new EnumMap<>(Kind.class);
    private final Map<Kind, Integer> injected = new EnumMap<>(Kind.class);
    private boolean over;

    Faults(Random random) {
        this.random = random;
        for (Kind kind : Kind.values()) {
            switch (random.nextInt(5)) {
                case 0 -> { }
                case 1 -> oneIn.put(kind, Math.max(2, kind.oneIn / OFTEN));
                default -> oneIn.put(kind, kind.oneIn);
            }
        }
    }

    boolean strike(Kind kind) {
        Integer of = oneIn.get(kind);
        boolean strikes = !over && of != null && random.nextInt(of) == 0;
        if (strikes) {
            injected.merge(kind, 1, Integer::sum);
        }
        return strikes;
    }

    void end() {
        over = true;
    }

    Map<Kind, Integer> injected() {
        return injected;
    }
}
