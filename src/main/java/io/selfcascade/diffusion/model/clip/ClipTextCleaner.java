package io.selfcascade.diffusion.model.clip;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Prepares a prompt as CLIP's tokenizer does when ftfy is not installed: no control characters, one space between words,
 * spaces around Chinese characters, composed accents, lower case.
 */
final class ClipTextCleaner {

    private static final int REPLACEMENT = 0xfffd;

    private ClipTextCleaner() {}

    static String clean(String text) {
        StringBuilder cleaned = new StringBuilder(text.length());
        text.codePoints().forEach(c -> append(cleaned, c));
        String composed = Normalizer.normalize(cleaned, Normalizer.Form.NFC);
        return String.join(" ", composed.strip().split("(?U)\\s+")).toLowerCase(Locale.ROOT);
    }

    private static void append(StringBuilder cleaned, int c) {
        if (isSpace(c)) {
            cleaned.append(' ');
        } else if (isChinese(c)) {
            cleaned.append(' ').appendCodePoint(c).append(' ');
        } else if (c != REPLACEMENT && !isControl(c)) {
            cleaned.appendCodePoint(c);
        }
    }

    private static boolean isSpace(int c) {
        return c == '\t' || c == '\n' || c == '\r' || Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    /** Every category that begins with C, joiners and unassigned code points among them. */
    private static boolean isControl(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED ->
                true;
            default -> false;
        };
    }

    /** The blocks of Chinese characters BERT's tokenizer lists; kana and hangul are not among them. */
    private static boolean isChinese(int c) {
        return c >= 0x4e00 && c <= 0x9fff || c >= 0x3400 && c <= 0x4dbf || c >= 0x20000 && c <= 0x2a6df
                || c >= 0x2a700 && c <= 0x2ceaf || c >= 0xf900 && c <= 0xfaff || c >= 0x2f800 && c <= 0x2fa1f;
    }
}
