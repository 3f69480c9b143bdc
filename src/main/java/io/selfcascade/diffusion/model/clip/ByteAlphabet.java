package io.selfcascade.diffusion.model.clip;

import java.nio.charset.StandardCharsets;

/**
 * One visible character for every byte: bytes that print stand for themselves, the other 68 for U+0100 and up, in order.
 * A vocabulary of such characters can be stored as text and covers any input.
 */
final class ByteAlphabet {

    private static final char[] CHARACTERS = characters();

    private ByteAlphabet() {}

    /** The UTF-8 bytes of a text, one character each. */
    static String spell(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder spelled = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            spelled.append(CHARACTERS[b & 0xff]);
        }
        return spelled.toString();
    }

    private static char[] characters() {
        char[] characters = new char[256];
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean prints = b >= 33 && b <= 126 || b >= 161 && b <= 172 || b >= 174;
            characters[b] = prints ? (char) b : next++;
        }
        return characters;
    }
}
