package io.selfcascade.diffusion.scenes;

/** The thirds (on a log scale) of the sizes an object has when it is seen whole, 0.2 to 0.8 of the picture's side. */
public enum SizeWord {
    SMALL("small"),
    MEDIUM(""),
    LARGE("large");

    private final String word;

    SizeWord(String word) {
        this.word = word;
    }

    /** The third that a diameter (in sides of the picture) falls into. */
    public static SizeWord of(double diameter) {
        return diameter < 0.32 ? SMALL : diameter < 0.5 ? MEDIUM : LARGE;
    }

    /** The word for it in a caption; empty for the middle third. */
    public String word() {
        return word;
    }
}
