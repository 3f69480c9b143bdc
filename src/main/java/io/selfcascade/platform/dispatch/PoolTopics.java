package io.selfcascade.platform.dispatch;

/** Makes sure that what workers of a pool read exists before anything is sent there. */
@FunctionalInterface
interface PoolTopics {

    /** @throws io.selfcascade.spec.CascadeException if the broker does not answer */
    void ensure(String pool);
}
