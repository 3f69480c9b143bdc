package io.selfcascade.diffusion.evaluation;

import io.selfcascade.diffusion.scenes.Colour;
import io.selfcascade.diffusion.scenes.Figure;

/**
 * One object seen in a picture.
 *
 * @param colour of the nearest hue
 * @param figure whose outline, stretched over the object's bounding box, covers it best
 * @param x centre of mass, in sides of the picture from the left
 * @param y centre of mass, in sides of the picture from the top
 * @param area share of the picture
 */
public record FoundObject(Colour colour, Figure figure, double x, double y, double area) {}
