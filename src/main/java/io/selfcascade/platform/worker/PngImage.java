package io.selfcascade.platform.worker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.selfcascade.platform.worker.StageValue.Picture;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * PNG files that say how they were made.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#11textinfo">PNG, textual information</a>
 */
final class PngImage {

    static final String MEDIA_TYPE = "image/png";

    /** The keyword that viewers of generated pictures look for; many of them read it from tEXt only. */
    static final String PARAMETERS = "parameters";

    /** Signature of 8 bytes, then the IHDR chunk of 25: text chunks may stand anywhere after it. */
    private static final int AFTER_HEADER = 33;

    private PngImage() {}

    /**
     * Encodes the picture losslessly.
     *
     * @param texts keyword (1 to 79 Latin letters) to text; iTXt, but for {@link #PARAMETERS} that Latin-1 can hold
     */
    static byte[] encode(Picture picture, Map<String, String> texts) {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = picture.rgb();
        int[] row = new int[picture.width()];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < row.length; x++) {
                int at = (y * row.length + x) * 3;
                row[x] = (rgb[at] & 255) << 16 | (rgb[at + 1] & 255) << 8 | rgb[at + 2] & 255;
            }
            image.setRGB(0, y, row.length, 1, row, 0, row.length);
        }
        return withTexts(plain(image), texts);
    }

    private static byte[] plain(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot encode picture: " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }

    private static byte[] withTexts(byte[] png, Map<String, String> texts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(png.length + 4096);
        out.write(png, 0, AFTER_HEADER);
        texts.forEach((keyword, text) -> out.writeBytes(
                keyword.equals(PARAMETERS) && isLatin1(text) ? latinText(keyword, text) : text(keyword, text)));
        out.write(png, AFTER_HEADER, png.length - AFTER_HEADER);
        return out.toByteArray();
    }

    /** tEXt allows the printable Latin-1 characters and the line feed. */
    private static boolean isLatin1(String text) {
        return text.chars().allMatch(c -> c == '\n' || c >= 32 && c < 127 || c >= 161 && c < 256);
    }

    private static byte[] latinText(String keyword, String text) {
        return chunk("tEXt", (keyword + "\0" + text).getBytes(ISO_8859_1));
    }

    /** iTXt: keyword, uncompressed, no language, no translated keyword, UTF-8. */
    private static byte[] text(String keyword, String text) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(keyword.getBytes(ISO_8859_1));
        data.writeBytes(new byte[5]);
        data.writeBytes(text.getBytes(UTF_8));
        return chunk("iTXt", data.toByteArray());
    }

    private static byte[] chunk(String type, byte[] data) {
        byte[] name = type.getBytes(US_ASCII);
        CRC32 check = new CRC32();
        check.update(name);
        check.update(data);
        return ByteBuffer.allocate(12 + data.length)
                .putInt(data.length).put(name).put(data).putInt((int) check.getValue()).array();
    }
}
