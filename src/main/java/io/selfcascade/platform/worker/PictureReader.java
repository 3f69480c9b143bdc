package io.selfcascade.platform.worker;

import io.selfcascade.platform.worker.StageValue.Picture;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;

/** Reads a user's picture, whatever it claims to be, into the size a stage wants. */
final class PictureReader {

    /** A file of a few kilobytes can unfold to gigabytes; the header tells before anything is allocated. */
    private static final long MAX_PIXELS = 64L << 20;

    private PictureReader() {}

    /**
     * Decodes the first image of a PNG, JPEG, GIF or BMP file, cuts it around its centre to the asked proportions and
     * scales it. Transparent parts become white.
     *
     * @throws CascadeException INVALID_IMAGE if it is none or has more than 64 Mi pixels
     */
    static Picture read(byte[] file, int width, int height) {
        BufferedImage image = decode(file);
        double scale = Math.max((double) width / image.getWidth(), (double) height / image.getHeight());
        int scaledWidth = (int) Math.round(image.getWidth() * scale);
        int scaledHeight = (int) Math.round(image.getHeight() * scale);
        BufferedImage fitted = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = fitted.createGraphics();
        canvas.setColor(Color.WHITE);
        canvas.fillRect(0, 0, width, height);
        canvas.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        canvas.drawImage(halved(image, scaledWidth, scaledHeight),
                (width - scaledWidth) / 2, (height - scaledHeight) / 2, scaledWidth, scaledHeight, null);
        canvas.dispose();
        return picture(fitted);
    }

    private static BufferedImage decode(byte[] file) {
        try (MemoryCacheImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw invalid("not a PNG, JPEG, GIF or BMP file", null);
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MAX_PIXELS) {
                    throw invalid(reader.getWidth(0) + " x " + reader.getHeight(0) + " pixels (at most 64 Mi)", null);
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw invalid(String.valueOf(e.getMessage()), e);
        }
    }

    /** Halves while more than twice too large: one bicubic step down by more would skip pixels. */
    private static BufferedImage halved(BufferedImage image, int width, int height) {
        BufferedImage current = image;
        while (current.getWidth() >= width * 2 && current.getHeight() >= height * 2) {
            BufferedImage half = new BufferedImage(
                    current.getWidth() / 2, current.getHeight() / 2, BufferedImage.TYPE_INT_ARGB);
            Graphics2D canvas = half.createGraphics();
            canvas.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            canvas.drawImage(current, 0, 0, half.getWidth(), half.getHeight(), null);
            canvas.dispose();
            current = half;
        }
        return current;
    }

    private static Picture picture(BufferedImage image) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        byte[] rgb = new byte[pixels.length * 3];
        for (int i = 0; i < pixels.length; i++) {
            rgb[3 * i] = (byte) (pixels[i] >> 16);
            rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
            rgb[3 * i + 2] = (byte) pixels[i];
        }
        return new Picture(image.getWidth(), image.getHeight(), rgb);
    }

    private static CascadeException invalid(String why, @Nullable Throwable cause) {
        return new CascadeException(ErrorCode.INVALID_IMAGE, "Cannot read picture: " + why, cause);
    }
}
