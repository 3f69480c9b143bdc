package io.selfcascade.platform.artifact;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.regex.Pattern;

/** The grammar of artifact keys: what every store accepts, and nothing else. */
public final class ArtifactKey {

    /** A leading dot is reserved for a store's temporary files; that also rules out {@code .} and {@code ..}. */
    private static final String SEGMENT = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";

    private static final Pattern KEY = Pattern.compile(SEGMENT + "(/" + SEGMENT + "){0,15}");

    private static final int MAX_LENGTH = 512;

    private ArtifactKey() {}

    /** @return the key, unchanged; INVALID_KEY if it is none */
    public static String require(String key) {
        if (key.length() > MAX_LENGTH || !KEY.matcher(key).matches()) {
            throw new CascadeException(ErrorCode.INVALID_KEY, "Invalid artifact key: " + printable(key)
                    + " (expected at most 16 segments of letters, digits and . _ - that begin with a letter or digit)");
        }
        return key;
    }

    /** @return the prefix, unchanged; empty means everything; INVALID_KEY if no key can begin with it */
    public static String requirePrefix(String prefix) {
        if (prefix.isEmpty()) {
            return prefix;
        }
        require(prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix);
        return prefix;
    }

    /** Keys come from outside; a log line must not contain what a terminal would act on. */
    private static String printable(String key) {
        String shown = key.length() > 80 ? key.substring(0, 80) + "…" : key;
        return shown.replaceAll("[^\\x20-\\x7e…]", "?");
    }
}
