package io.selfcascade.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The sizes a cascade climbs, from the model's own area to the target: R = ⌈log₄(d_R / d)⌉ adaptations for a target of
 * d_R pixels and a model of d, so no step is larger than 2× side (4× pixels). The steps are equal but for rounding.
 *
 * @param sizes base first, target last, at least one; never falling in width or height
 * @see <a href="https://arxiv.org/abs/2402.10491">Guo et al. 2024, section 4.1 (scale decomposition)</a>
 */
public record ResolutionLadder(List<ImageSize> sizes) {

    private static final int MOST_PER_SIDE = 2;

    public ResolutionLadder {
        sizes = List.copyOf(sizes);
    }

    /**
     * Plans the sizes of a cascade.
     *
     * @param nativeSize what the model was trained at; only its area counts, the base takes the target's aspect
     * @param target last size, exactly; at or below the native area it is the only one
     * @param multiple pixels every side must be a multiple of: the VAE factor
     * @throws CascadeException INVALID_SIZE if the target is no such multiple
     */
    public static ResolutionLadder of(ImageSize nativeSize, ImageSize target, int multiple) {
        requireMultiple(target, multiple);
        int adaptations = adaptations(nativeSize, target);
        double step = Math.pow((double) target.pixels() / nativeSize.pixels(), 0.5 / Math.max(1, adaptations));
        List<ImageSize> falling = new ArrayList<>(List.of(target));
        for (int below = 1; below <= adaptations; below++) {
            ImageSize above = falling.get(below - 1);
            double shrunk = Math.pow(step, below);
            falling.add(new ImageSize(
                    side(target.width() / shrunk, above.width(), multiple),
                    side(target.height() / shrunk, above.height(), multiple)));
        }
        Collections.reverse(falling);
        return new ResolutionLadder(falling);
    }

    /** R: how many times the size changes. */
    public int adaptations() {
        return sizes.size() - 1;
    }

    public ImageSize base() {
        return sizes.get(0);
    }

    public ImageSize target() {
        return sizes.get(sizes.size() - 1);
    }

    /** ⌈log₄(ratio)⌉ in whole numbers: a logarithm would call 4³ a little more than 3. */
    private static int adaptations(ImageSize nativeSize, ImageSize target) {
        int count = 0;
        for (double reach = nativeSize.pixels(); reach < target.pixels(); reach *= MOST_PER_SIDE * MOST_PER_SIDE) {
            count++;
        }
        return count;
    }

    /** The multiple nearest to an ideal side from which the side above is still within reach. */
    private static int side(double ideal, int above, int multiple) {
        int nearest = Math.max(1, (int) Math.round(ideal / multiple)) * multiple;
        int reaching = ceilDiv(ceilDiv(above, MOST_PER_SIDE), multiple) * multiple;
        return Math.min(above, Math.max(nearest, reaching));
    }

    private static int ceilDiv(int a, int b) {
        return (a + b - 1) / b;
    }

    private static void requireMultiple(ImageSize target, int multiple) {
        if (target.width() % multiple != 0 || target.height() % multiple != 0) {
            throw new CascadeException(ErrorCode.INVALID_SIZE, "Invalid target: " + target + " (expected multiples of "
                    + multiple + "; the next larger is " + ceilDiv(target.width(), multiple) * multiple + "x"
                    + ceilDiv(target.height(), multiple) * multiple + ")");
        }
    }
}
