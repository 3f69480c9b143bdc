package io.selfcascade.platform.intake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a file is, told from its first bytes; its name proves nothing.
 *
 * @param width in pixels, from the header, before anything is decoded; 0 for text
 * @param height in pixels; 0 for text
 */
record FileFacts(String mediaType, String extension, int width, int height) {

    /** So many bytes are enough: a JPEG may carry large colour profiles before its size. */
    static final int HEAD_BYTES = 1 << 20;

    private static final String PNG = "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR";
    private static final int PNG_SIZE_AT = 16;
    private static final int START_OF_IMAGE = 0xFFD8;

    /** @return null if the bytes are neither JSON lines, nor a PNG, nor a JPEG */
    static @Nullable FileFacts of(byte[] head) {
        ByteBuffer bytes = ByteBuffer.wrap(head);
        if (head.length >= PNG_SIZE_AT + 8 && PNG.equals(new String(head, 0, PNG_SIZE_AT, ISO_8859_1))) {
            return picture("image/png", "png", bytes.getInt(PNG_SIZE_AT), bytes.getInt(PNG_SIZE_AT + 4));
        }
        if (head.length >= 4 && (bytes.getShort(0) & 0xFFFF) == START_OF_IMAGE) {
            return jpeg(bytes);
        }
        return startsLikeJson(head) ? new FileFacts("application/jsonl", "jsonl", 0, 0) : null;
    }

    long pixels() {
        return (long) width * height;
    }

    boolean isPicture() {
        return width > 0;
    }

    private static @Nullable FileFacts jpeg(ByteBuffer bytes) {
        int at = 2;
        while (at + 9 <= bytes.limit() && (bytes.get(at) & 0xFF) == 0xFF) {
            int marker = bytes.get(at + 1) & 0xFF;
            if (marker == 0xFF) {
                at++;
            } else if (isStartOfFrame(marker)) {
                return picture("image/jpeg", "jpg", bytes.getShort(at + 7) & 0xFFFF, bytes.getShort(at + 5) & 0xFFFF);
            } else {
                at += 2 + (bytes.getShort(at + 2) & 0xFFFF);
            }
        }
        return null;
    }

    // C4, C8 and CC share the range but define tables.
    private static boolean isStartOfFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static @Nullable FileFacts picture(String mediaType, String extension, int width, int height) {
        return width < 1 || height < 1 ? null : new FileFacts(mediaType, extension, width, height);
    }

    private static boolean startsLikeJson(byte[] head) {
        int at = head.length >= 3 && (head[0] & 0xFF) == 0xEF && (head[1] & 0xFF) == 0xBB && (head[2] & 0xFF) == 0xBF ? 3 : 0;
        while (at < head.length && " \t\r\n".indexOf(head[at]) >= 0) {
            at++;
        }
        return at < head.length && head[at] == '{';
    }
}
