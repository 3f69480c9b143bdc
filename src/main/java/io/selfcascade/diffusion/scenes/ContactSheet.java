package io.selfcascade.diffusion.scenes;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.imageio.ImageIO;

/** Writes pictures as PNG, one alone or many of equal size in a grid. */
public final class ContactSheet {

    private static final int GUTTER = 2;

    private ContactSheet() {}

    /**
     * Writes the pictures row by row; the file appears whole or not at all.
     *
     * @param pictures at least one, all of the first one's size
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void write(Path file, List<Picture> pictures, int columns) {
        int across = Math.min(columns, pictures.size());
        int down = (pictures.size() + across - 1) / across;
        int stepX = pictures.get(0).width() + GUTTER;
        int stepY = pictures.get(0).height() + GUTTER;
        BufferedImage sheet = new BufferedImage(
                across * stepX - GUTTER, down * stepY - GUTTER, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < pictures.size(); i++) {
            draw(pictures.get(i), sheet, i % across * stepX, i / across * stepY);
        }
        try {
            Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
            ImageIO.write(sheet, "png", temporary.toFile());
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write picture: " + file, e);
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
