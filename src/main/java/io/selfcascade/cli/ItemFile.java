package io.selfcascade.cli;

import io.selfcascade.platform.intake.AcceptedItem;
import io.selfcascade.platform.intake.IntakeLimits;
import io.selfcascade.platform.intake.ItemLines;
import io.selfcascade.platform.intake.ItemParser;
import io.selfcascade.platform.intake.ParsedItem;
import io.selfcascade.platform.intake.RawItem;
import io.selfcascade.platform.intake.RefusedItem;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The first items of a JSONL file, read as the platform reads them; here a bad line is a failure. */
final class ItemFile {

    private final Path file;
    private final long workloadSeed;

    /** @param workloadSeed from which lines without a seed of their own derive one */
    ItemFile(Path file, long workloadSeed) {
        this.file = file;
        this.workloadSeed = workloadSeed;
    }

    /**
     * Reads items that start from a prompt.
     *
     * @throws CascadeException INVALID_REQUEST if there are fewer, or one of them is refused or starts from a picture
     */
    List<AcceptedItem> first(int count) {
        ItemParser parser = new ItemParser(IntakeLimits.DEFAULT);
        List<AcceptedItem> items = new ArrayList<>();
        try (ItemLines lines = new ItemLines(Files.newInputStream(file), IntakeLimits.DEFAULT)) {
            while (items.size() < count) {
                RawItem raw = lines.next();
                if (raw == null) {
                    throw refusal("it has " + items.size() + " items (ask for fewer than " + count + ")");
                }
                items.add(accepted(parser.parse(workloadSeed, raw)));
            }
            return items;
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INVALID_REQUEST, "Cannot read items of " + file + ": " + e, e);
        }
    }

    private AcceptedItem accepted(ParsedItem item) {
        if (item instanceof AcceptedItem good && good.initImage() == null) {
            return good;
        }
        throw refusal(item instanceof RefusedItem bad ? bad.detail()
                : "Line " + item.line() + " starts from a picture (use lines with a prompt only)");
    }

    private CascadeException refusal(String reason) {
        return new CascadeException(ErrorCode.INVALID_REQUEST, "Cannot use items of " + file + ": " + reason);
    }
}
