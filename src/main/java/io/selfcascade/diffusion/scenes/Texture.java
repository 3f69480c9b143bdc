package io.selfcascade.diffusion.scenes;

/** How an object's surface is patterned: the same hue, darker in stripes or dots. */
public enum Texture {
    PLAIN("") {
        @Override
        public boolean isDark(double x, double y) {
            return false;
        }
    },
    STRIPED("striped") {
        @Override
        public boolean isDark(double x, double y) {
            return y - Math.floor(y) < 0.5;
        }
    },
    DOTTED("dotted") {
        @Override
        public boolean isDark(double x, double y) {
            double dx = x - Math.rint(x);
            double dy = y - Math.rint(y);
            return dx * dx + dy * dy < 0.1;
        }
    };

    private final String word;

    Texture(String word) {
        this.word = word;
    }

    /** Whether the pattern is dark at a point, measured from the object's centre in periods. */
    public abstract boolean isDark(double x, double y);

    /** The word for it in a caption; empty for a plain surface. */
    public String word() {
        return word;
    }
}
