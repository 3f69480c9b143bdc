package io.selfcascade.platform.worker;

/** Ends the process at once, as a crash would: no hooks, no clean-up. Whoever supervises it starts it again. */
@FunctionalInterface
interface ProcessExit {

    /** A native call did not return within its run limit and a grace period. */
    int HUNG_RUN = 70;

    /** The virtual machine is out of memory or otherwise beyond repair. */
    int BROKEN_JVM = 71;

    void exit(int code);
}
