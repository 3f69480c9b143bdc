package io.selfcascade.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of options, refused before hours of work are spent on them. */
final class Arguments {

    private Arguments() {}

    /** A whole number of at least 1. */
    static final class PositiveNumber implements ITypeConverter<Integer> {

        @Override
        public Integer convert(String value) {
            try {
                int number = Integer.parseInt(value);
                if (number >= 1) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Refused below, like a number that is too small.
            }
            throw new TypeConversionException(value + " (expected a whole number from 1 to " + Integer.MAX_VALUE + ")");
        }
    }

    /** A noise seed: 64 bits, unsigned, as in a workload. */
    static final class Seed implements ITypeConverter<Long> {

        @Override
        public Long convert(String value) {
            try {
                return Long.parseUnsignedLong(value);
            } catch (NumberFormatException e) {
                throw new TypeConversionException(
                        value + " (expected a whole number from 0 to " + Long.toUnsignedString(-1) + ")");
            }
        }
    }

    /** A folder that is there. */
    static final class ExistingFolder implements ITypeConverter<Path> {

        @Override
        public Path convert(String value) {
            Path folder = Path.of(value);
            if (!Files.isDirectory(folder)) {
                throw new TypeConversionException(value + " (expected a folder that exists)");
            }
            return folder;
        }
    }

    /** A PNG file that can be written; its folder may still be missing. */
    static final class PictureFile implements ITypeConverter<Path> {

        @Override
        public Path convert(String value) {
            Path file = Path.of(value);
            if (!value.toLowerCase(Locale.ROOT).endsWith(".png") || Files.isDirectory(file)) {
                throw new TypeConversionException(value + " (expected a file whose name ends in .png)");
            }
            Path there = file.toAbsolutePath().getParent();
            while (!Files.exists(there)) {
                there = there.getParent();
            }
            if (!Files.isDirectory(there) || !Files.isWritable(there)) {
                throw new TypeConversionException(value + " (expected a place to write; " + there + " is none)");
            }
            return file;
        }
    }
}
