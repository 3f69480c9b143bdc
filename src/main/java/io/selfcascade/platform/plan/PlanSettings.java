package io.selfcascade.platform.plan;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the operator decides about every plan.
 *
 * @param pool workers that take the stages no other pool takes
 * @param maxItems most items in one task message
 * @param batchPixels most pixels in one task message: larger pictures travel in smaller company
 * @param baseSeconds of every run, for loading a model on a busy machine
 * @param secondsPerMegapixelStep after which a step of one item counts as stuck; slow machines need more
 * @param pools of workers that take the stages up to a size
 */
public record PlanSettings(
        String pool, int maxItems, long batchPixels, int baseSeconds, int secondsPerMegapixelStep, List<Pool> pools) {

    private static final String NAME = "[a-z0-9][a-z0-9-]{0,31}";

    /** The documented defaults. */
    public static final PlanSettings DEFAULT = new PlanSettings("cpu", 8, 8 * 256 * 256, 300, 60, List.of());

    public PlanSettings {
        pools = List.copyOf(pools);
        require(pool.matches(NAME), "pool: " + pool + " (expected lower-case letters, digits and -)");
        require(maxItems >= 1 && maxItems <= 64, "max-items: " + maxItems + " (expected 1 to 64)");
        require(batchPixels >= 1, "batch-pixels: " + batchPixels + " (expected at least 1)");
        require(baseSeconds >= 1, "base-seconds: " + baseSeconds + " (expected at least 1)");
        require(secondsPerMegapixelStep >= 1,
                "seconds-per-megapixel-step: " + secondsPerMegapixelStep + " (expected at least 1)");
    }

    /** The pool for a picture of this size: of those large enough, the one for the smallest pictures. */
    String poolFor(long pixels) {
        return pools.stream().filter(candidate -> pixels <= candidate.maxPixels())
                .min(Comparator.comparingLong(Pool::maxPixels).thenComparing(Pool::name)).map(Pool::name).orElse(pool);
    }

    /** Every pool there is, by name. */
    SortedSet<String> poolNames() {
        SortedSet<String> names = new TreeSet<>(Set.of(pool));
        pools.forEach(each -> names.add(each.name()));
        return names;
    }

    /**
     * A pool for small pictures.
     *
     * @param maxPixels of the largest picture of a stage that goes there
     */
    public record Pool(String name, long maxPixels) {

        public Pool {
            require(name.matches(NAME), "pools.name: " + name + " (expected lower-case letters, digits and -)");
            require(maxPixels >= 1, "pools.max-pixels of " + name + ": " + maxPixels + " (expected at least 1)");
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.plan." + what);
        }
    }
}
