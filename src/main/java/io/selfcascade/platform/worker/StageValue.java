package io.selfcascade.platform.worker;

/** What goes into and comes out of a stage, in plain Java. */
sealed interface StageValue permits StageValue.Latent, StageValue.Picture {

    /**
     * A clean latent, scaled (times the model's scaling factor), in the order channel, row, column.
     *
     * @param values channels × height × width numbers; not copied, so whoever passes it on lets go of it
     */
    record Latent(int channels, int height, int width, float[] values) implements StageValue {

        /** Whether no number is infinite or NaN. */
        boolean isFinite() {
            for (float value : values) {
                if (!Float.isFinite(value)) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * A picture of 8 bits per channel.
     *
     * @param rgb red, green, blue of each pixel, row by row; not copied
     */
    record Picture(int width, int height, byte[] rgb) implements StageValue {}
}
