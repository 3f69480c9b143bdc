package io.selfcascade.platform.dispatch;

import java.util.random.RandomGenerator;

/** Draws the share of a range that it is told to, so that a retry's time can be foreseen. */
final class TestJitter implements RandomGenerator {

    private volatile double share = 0.5;

    /** @param share 0 to below 1; exact if it is a multiple of 1/8 */
    void draw(double share) {
        this.share = share;
    }

    @Override
    public long nextLong() {
        return (long) (share * 0x1p53) << 11;
    }
}
