package io.selfcascade.diffusion.scenes;

import java.util.Locale;

/**
 * The outline of an object, in its own coordinates: centre (0, 0), nominal radius 1, v downwards. Every figure lies
 * inside a circle of radius {@link #REACH}.
 */
public enum Figure {
    CIRCLE {
        @Override
        public boolean contains(double u, double v) {
            return u * u + v * v <= 1;
        }
    },
    SQUARE {
        @Override
        public boolean contains(double u, double v) {
            return Math.abs(u) <= SQUARE_HALF && Math.abs(v) <= SQUARE_HALF;
        }
    },
    TRIANGLE {
        @Override
        public boolean contains(double u, double v) {
            return v <= REACH / 2 && v >= -REACH + Math.sqrt(3) * Math.abs(u);
        }
    },
    STAR {
        @Override
        public boolean contains(double u, double v) {
            double turn = Math.atan2(Math.abs(u), -v) * 5 / Math.PI;          // 0 at a tip, 1 at a notch, 2 at a tip
            double within = Math.abs(turn - 2 * Math.round(turn / 2)) * Math.PI / 5;
            return Math.hypot(u, v) * (STAR_RISE * Math.cos(within) + STAR_RUN * Math.sin(within)) <= STAR_LEVEL;
        }
    };

    /** No point of a figure is farther from its centre than this many radii. */
    public static final double REACH = 1.2;

    private static final double SQUARE_HALF = 0.84;
    private static final double STAR_INNER = 0.55;
    // The edge from the tip (REACH, 0) to the notch STAR_INNER·(cos 36°, sin 36°), as rise·x + run·y = level.
    private static final double STAR_RISE = STAR_INNER * Math.sin(Math.PI / 5);
    private static final double STAR_RUN = REACH - STAR_INNER * Math.cos(Math.PI / 5);
    private static final double STAR_LEVEL = REACH * STAR_RISE;

    /** Whether the point belongs to the figure; u to the right, v downwards, both in radii. */
    public abstract boolean contains(double u, double v);

    /** The word for it in a caption. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
