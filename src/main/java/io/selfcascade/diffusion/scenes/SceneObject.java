package io.selfcascade.diffusion.scenes;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/**
 * One object of a scene. Lengths are in sides of the picture, so the object is the same at every resolution.
 *
 * @param x centre, from the left edge
 * @param y centre, from the top edge
 * @param radius nominal radius; the figure reaches at most {@link Figure#REACH} times as far
 * @param period of the texture's pattern
 * @param grainy whether the surface has luminance grain whose cells are about a pixel of whatever render is made
 */
public record SceneObject(
        Figure figure,
        Colour colour,
        Texture texture,
        boolean grainy,
        double x,
        double y,
        double radius,
        double period) {

    public SceneObject {
        if (!(radius > 0) || !(period > 0)) {
            throw new CascadeException(ErrorCode.INVALID_REQUEST,
                    "Invalid object: radius " + radius + ", period " + period + " (both must be above 0)");
        }
    }

    /** The radius of a circle around (x, y) that holds the whole object. */
    public double reach() {
        return radius * Figure.REACH;
    }

    public SizeWord size() {
        return SizeWord.of(2 * radius);
    }

    boolean isApartFrom(SceneObject other, double gap) {
        return Math.hypot(x - other.x, y - other.y) >= reach() + other.reach() + gap;
    }
}
