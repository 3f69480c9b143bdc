package io.selfcascade.diffusion.scenes;

import java.util.Locale;

/** What lies behind the objects: one of four even tones, all far below the chroma of any object. */
public enum Background {
    WHITE(0.96, 0.96, 0.96),
    GRAY(0.52, 0.52, 0.52),
    BLACK(0.06, 0.06, 0.06),
    CREAM(0.96, 0.92, 0.84);

    private final double red;
    private final double green;
    private final double blue;

    Background(double red, double green, double blue) {
        this.red = red;
        this.green = green;
        this.blue = blue;
    }

    /** One channel (0 red, 1 green, 2 blue) in [0, 1]. */
    public double channel(int index) {
        return index == 0 ? red : index == 1 ? green : blue;
    }

    /** The word for it in a caption. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
