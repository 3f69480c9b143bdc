package io.selfcascade.diffusion.scenes;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;

/**
 * The truth of a picture: what it shows, at any resolution.
 *
 * @param objects one to three, no two of one colour, not touching each other
 * @param closeUp whether the one object is larger than most of the picture (and may be cropped by its edges)
 * @param grainSeed names the grain of its grainy surfaces
 */
public record Scene(Background background, List<SceneObject> objects, boolean closeUp, long grainSeed) {

    public Scene {
        objects = List.copyOf(objects);
        if (objects.isEmpty() || objects.size() > 3 || closeUp && objects.size() != 1) {
            throw new CascadeException(ErrorCode.INVALID_REQUEST, "Invalid scene: " + objects.size()
                    + " objects, closeUp " + closeUp + " (expected 1 to 3 objects, and one in a close-up)");
        }
    }

    /** The scene in words of the closed grammar; a function of the truth alone. */
    public String caption() {
        return SceneCaption.of(this);
    }
}
