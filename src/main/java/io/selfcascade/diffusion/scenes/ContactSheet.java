package io.selfcascade.diffusion.scenes;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/** Writes pictures as PNG, one alone or many of equal size in a grid. */
public final class ContactSheet {

    private static final int GUTTER = 2;
    private static final int BLACK = 0;

    private ContactSheet() {}

    /** Writes the pictures row by row, two black pixels apart. */
    public static void write(Path file, List<Picture> pictures, int columns) {
        write(file, pictures, columns, GUTTER, BLACK);
    }

    /**
     * Writes the pictures row by row; the file appears whole or not at all, its folder too if it is missing.
     *
     * @param pictures at least one, all of the first one's size
     * @param gutter pixels between neighbours
     * @param between colour of the gutters, and of the places that stay empty in the last row, 0xRRGGBB
     * @throws CascadeException STORAGE_FULL if the file cannot be written
     */
    public static void write(Path file, List<Picture> pictures, int columns, int gutter, int between) {
        int across = Math.min(columns, pictures.size());
        int down = (pictures.size() + across - 1) / across;
        int stepX = pictures.get(0).width() + gutter;
        int stepY = pictures.get(0).height() + gutter;
        BufferedImage sheet = new BufferedImage(
                across * stepX - gutter, down * stepY - gutter, BufferedImage.TYPE_INT_RGB);
        Arrays.fill(((DataBufferInt) sheet.getRaster().getDataBuffer()).getData(), between);
        for (int i = 0; i < pictures.size(); i++) {
            draw(pictures.get(i), sheet, i % across * stepX, i / across * stepY);
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
            ImageIO.write(sheet, "png", temporary.toFile());
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CascadeException(
                    ErrorCode.STORAGE_FULL, "Cannot write picture: " + file + ": " + e + " (choose another place)", e);
        }
    }

    private static void draw(Picture picture, BufferedImage sheet, int left, int top) {
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int rgb = 0;
                for (int channel = 0; channel < 3; channel++) {
                    rgb = rgb << 8 | Math.round(255 * Math.max(0, Math.min(1, picture.at(channel, x, y))));
                }
                sheet.setRGB(left + x, top + y, rgb);
            }
        }
    }
}
