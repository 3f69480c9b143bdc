package io.selfcascade.spec;

/**
 * Width and height of a picture.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record ImageSize(int width, int height) {

    public ImageSize {
        if (width < 1 || height < 1) {
            throw new CascadeException(
                    ErrorCode.INVALID_SIZE, "Invalid size: " + width + " x " + height + " (expected at least 1 x 1)");
        }
    }

    public static ImageSize square(int side) {
        return new ImageSize(side, side);
    }

    public long pixels() {
        return (long) width * height;
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}
