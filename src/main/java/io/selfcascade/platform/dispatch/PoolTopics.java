package io.selfcascade.platform.dispatch;

/** Makes sure that what workers of a pool read exists before anything is sent there. */
@FunctionalInterface
interface PoolTopics {

    /**
     * @return the name of the pool's topic
     * @throws io.selfcascade.spec.CascadeException if the broker does not answer
     */
    String ensure(String pool);
}
