package io.selfcascade.platform.dispatch;

/** A thread of a simulated process: has its next effect at a time it names itself. */
interface Actor {

    /** At which time it does something again. */
    long nextAt();

    void act();
}
