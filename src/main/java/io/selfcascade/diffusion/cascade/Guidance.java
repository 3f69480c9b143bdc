package io.selfcascade.diffusion.cascade;

/**
 * Classifier-free guidance: ε = ε_u + g (ε_c - ε_u), from predictions without and with the prompt.
 *
 * @param scale g; at 1 or below only the prediction with the prompt is made
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022</a>
 */
record Guidance(double scale) {

    boolean isActive() {
        return scale > 1;
    }

    /** Both arrays stay as they are. */
    float[] combine(float[] unconditional, float[] conditional) {
        float[] guided = new float[conditional.length];
        for (int i = 0; i < guided.length; i++) {
            guided[i] = (float) (unconditional[i] + scale * ((double) conditional[i] - unconditional[i]));
        }
        return guided;
    }
}
