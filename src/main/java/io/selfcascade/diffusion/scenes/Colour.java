package io.selfcascade.diffusion.scenes;

import java.util.Locale;

/** The colour of an object: six saturated colours, hues at least 40 degrees apart, so that a count can tell them. */
public enum Colour {
    RED(0.90, 0.12, 0.12),
    YELLOW(0.96, 0.84, 0.10),
    GREEN(0.12, 0.66, 0.20),
    CYAN(0.10, 0.78, 0.82),
    BLUE(0.13, 0.25, 0.88),
    PURPLE(0.66, 0.16, 0.78);

    private final double red;
    private final double green;
    private final double blue;

    Colour(double red, double green, double blue) {
        this.red = red;
        this.green = green;
        this.blue = blue;
    }

    /** One channel (0 red, 1 green, 2 blue) in [0, 1]. */
    public double channel(int index) {
        return index == 0 ? red : index == 1 ? green : blue;
    }

    /** The hue in degrees, 0..360, red at 0. */
    public double hue() {
        return hue(red, green, blue);
    }

    /** The hue of any RGB value in degrees, 0..360; 0 for a gray. */
    public static double hue(double red, double green, double blue) {
        double max = Math.max(red, Math.max(green, blue));
        double chroma = max - Math.min(red, Math.min(green, blue));
        if (chroma == 0) {
            return 0;
        }
        double sextant = max == red ? (green - blue) / chroma
                : max == green ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma;
        return (sextant * 60 + 360) % 360;
    }

    /** The word for it in a caption. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
