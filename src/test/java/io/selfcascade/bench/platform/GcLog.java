package io.selfcascade.bench.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the peak of a heap from its collector's log: what it held when a collection began, {@code 120M->30M(256M)}. */
final class GcLog {

    private static final Pattern COLLECTION = Pattern.compile("(\\d+)M->(\\d+)M\\((\\d+)M\\)");

    private GcLog() {}

    static long peakBytes(Path log) throws IOException {
        long most = 0;
        for (String line : Files.readAllLines(log)) {
            Matcher collection = COLLECTION.matcher(line);
            if (collection.find()) {
                most = Math.max(most, Long.parseLong(collection.group(1)));
            }
        }
        return most << 20;
    }
}
