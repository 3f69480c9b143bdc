package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.TOO_LARGE;

import java.util.List;

/** Reads one line of a JSONL file. A bad line is a result, never an exception: the other 999,999 go on. */
public final class ItemParser {

    private final IntakeLimits limits;

    public ItemParser(IntakeLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads an item and fixes its noise seed: the given one, else {@link NoiseSeeds#derive}.
     *
     * @param workloadSeed the recorded seed of the workload
     */
    public ParsedItem parse(long workloadSeed, RawItem raw) {
        Violations violations = new Violations();
        if (!raw.complete()) {
            violations.add("", TOO_LARGE, "The line is longer than " + limits.lineBytes() + " bytes");
            return new RefusedItem(raw.ordinal(), raw.line(), null, violations.list());
        }
        JsonFields fields = StrictJson.read(raw.content(), violations);
        if (!violations.isEmpty()) {
            return new RefusedItem(raw.ordinal(), raw.line(), null, violations.list());
        }
        ItemRequest item = ItemFields.read(fields, limits.promptCharacters(), id -> true);
        List<Violation> found = violations.list();
        return found.isEmpty() ? accepted(workloadSeed, raw, item)
                : new RefusedItem(raw.ordinal(), raw.line(), item.customId(), found);
    }

    private static AcceptedItem accepted(long workloadSeed, RawItem raw, ItemRequest item) {
        long seed = item.seed() != null ? item.seed() : NoiseSeeds.derive(workloadSeed, raw.ordinal());
        return new AcceptedItem(
                raw.ordinal(), raw.line(), item.customId(), item.prompt(), item.negativePrompt(), seed, item.initImage());
    }
}
