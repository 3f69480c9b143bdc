package io.selfcascade.diffusion.scenes;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * How often each kind of scene is drawn; the curriculum of a training is a sequence of mixes.
 *
 * @param one weight of scenes with one object that is not a close-up
 * @param two weight of scenes with two objects
 * @param three weight of scenes with three objects
 * @param closeUp weight of close-ups
 */
public record SceneMix(double one, double two, double three, double closeUp) {

    /** The world of the bundled model: a quarter close-ups, the rest one to three objects. */
    public static final SceneMix WORLD = new SceneMix(0.35, 0.25, 0.15, 0.25);

    /** One object at every size: where a training begins. */
    public static final SceneMix ONE_OBJECT = new SceneMix(0.6, 0, 0, 0.4);

    public SceneMix {
        if (!(one >= 0 && two >= 0 && three >= 0 && closeUp >= 0 && one + two + three + closeUp > 0)) {
            throw new CascadeException(ErrorCode.INVALID_REQUEST, "Invalid scene mix: " + one + ", " + two + ", "
                    + three + ", " + closeUp + " (weights must be at least 0, one of them above)");
        }
    }

    /** The number of objects that a draw in [0, 1) falls to; 0 stands for a close-up. */
    int pick(double draw) {
        double at = draw * (one + two + three + closeUp);
        return at < closeUp ? 0 : at < closeUp + one ? 1 : at < closeUp + one + two ? 2 : 3;
    }
}
