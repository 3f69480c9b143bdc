package io.selfcascade.faults;

/**
 * A fault and what must hold in spite of it. The invariants are checked after every scenario; here is what is special.
 *
 * @param number of the fault in docs/benchmarks/faults.md; several scenarios may share one
 */
record Scenario(int number, String name, Body body) {

    /** Throws whatever shows that a promise was broken. */
    @FunctionalInterface
    interface Body {
        void run(Cluster cluster) throws Exception;
    }
}
