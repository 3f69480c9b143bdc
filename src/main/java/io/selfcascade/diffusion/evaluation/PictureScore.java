package io.selfcascade.diffusion.evaluation;

import io.selfcascade.diffusion.scenes.Colour;
import io.selfcascade.diffusion.scenes.Figure;
import io.selfcascade.diffusion.scenes.Picture;
import io.selfcascade.diffusion.scenes.Scene;
import io.selfcascade.diffusion.scenes.SceneObject;
import io.selfcascade.diffusion.scenes.SceneRenderer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How well one picture shows what its caption says.
 *
 * @param countRight whether it has as many objects as the scene
 * @param coloursRight whether the colours of its objects are the scene's, none missing and none too many
 * @param figuresRight whether every object's figure (with its colour) is the scene's; implies coloursRight
 * @param duplicated whether some colour of the caption appears on more objects than the scene has
 * @param highFrequency fine detail relative to the true render of the same size; 1 is as much
 */
public record PictureScore(
        boolean countRight, boolean coloursRight, boolean figuresRight, boolean duplicated, double highFrequency) {

    /**
     * Scores a picture against its scene.
     *
     * @param picture a square picture; its width is the side of the true render it is compared with
     */
    public static PictureScore of(Scene scene, Picture picture) {
        List<FoundObject> found = ObjectCounter.find(picture);
        Map<Colour, Long> truth = count(scene.objects(), SceneObject::colour);
        Map<Colour, Long> seen = count(found, FoundObject::colour);
        boolean coloursRight = truth.equals(seen);
        boolean duplicated = truth.entrySet().stream()
                .anyMatch(entry -> seen.getOrDefault(entry.getKey(), 0L) > entry.getValue());
        Picture exact = SceneRenderer.render(scene, picture.width());
        double detail = HighFrequency.energy(picture) / HighFrequency.energy(exact);
        return new PictureScore(found.size() == scene.objects().size(), coloursRight,
                coloursRight && figuresMatch(scene, found), duplicated, detail);
    }

    private static boolean figuresMatch(Scene scene, List<FoundObject> found) {
        Map<Colour, Figure> seen = new EnumMap<>(Colour.class);
        found.forEach(object -> seen.put(object.colour(), object.figure()));
        return scene.objects().stream().allMatch(object -> seen.get(object.colour()) == object.figure());
    }

    private static <T> Map<Colour, Long> count(List<T> objects, Function<T, Colour> colour) {
        return objects.stream().collect(Collectors.groupingBy(colour, Collectors.counting()));
    }
}
