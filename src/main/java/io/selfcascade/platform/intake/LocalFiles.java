package io.selfcascade.platform.intake;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Files on the coordinator's own disk that requests may name by path: a convenience of embedded mode, where user and server
 * share a disk. Only below a few folders, and never through a link.
 */
final class LocalFiles {

    private static final int MOST_LEVELS = 8;

    private final List<Path> roots;

    /** @param roots relative to the working directory, as requests spell them; empty to allow no paths at all */
    LocalFiles(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /**
     * @param pointer the field of the request that holds the path
     * @return an existing regular file below one of the folders
     * @throws InvalidRequestException INVALID_REQUEST if the path is not allowed, NOT_FOUND if there is no such file
     */
    Path resolve(String path, String pointer) {
        Path asked = parse(path, pointer);
        for (Path root : roots) {
            if (asked.startsWith(root) && asked.equals(asked.normalize())) {
                return existing(root, asked, pointer);
            }
        }
        throw notAllowed(pointer);
    }

    /**
     * @param pointer the field of the request that holds the path
     * @return the regular files at and below a folder, as paths below it with {@code /}, in no order; none if it does not exist.
     *     The caller closes the stream
     * @throws InvalidRequestException INVALID_REQUEST if the path is not allowed
     */
    Stream<String> below(String path, String pointer) {
        Path asked = parse(path, pointer);
        for (Path root : roots) {
            if (asked.startsWith(root) && asked.equals(asked.normalize())) {
                return files(root, asked);
            }
        }
        throw notAllowed(pointer);
    }

    private static Stream<String> files(Path root, Path asked) {
        try {
            Path folder = root.toRealPath().resolve(root.relativize(asked));
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !folder.toRealPath().equals(folder)) {
                return Stream.empty();
            }
            // Links are not followed: what they lead to may lie anywhere.
            return Files.walk(folder, MOST_LEVELS)
                    .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> folder.relativize(file).toString().replace(File.separatorChar, '/'));
        } catch (NoSuchFileException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE,
                    "Cannot list folder: " + asked + " (is it readable?)", e);
        }
    }

    private Path parse(String path, String pointer) {
        try {
            return path.indexOf('\\') < 0 ? Path.of(path) : Path.of("");
        } catch (InvalidPathException e) {
            throw notAllowed(pointer);
        }
    }

    private Path existing(Path root, Path asked, String pointer) {
        try {
            Path expected = root.toRealPath().resolve(root.relativize(asked));
            // A link anywhere below the root makes the real path differ from the asked one.
            if (Files.isRegularFile(expected, LinkOption.NOFOLLOW_LINKS) && expected.toRealPath().equals(expected)) {
                return expected;
            }
        } catch (IOException e) {
            throw notFound(asked, pointer);
        }
        throw notFound(asked, pointer);
    }

    private static InvalidRequestException notFound(Path asked, String pointer) {
        return InvalidRequestException.of(ErrorCode.NOT_FOUND, pointer, Violation.Kind.NOT_FOUND,
                "No such file: " + asked + " (a regular file, reached without links)");
    }

    private InvalidRequestException notAllowed(String pointer) {
        String below = roots.stream().map(root -> " or a path below " + root + "/").collect(Collectors.joining());
        return InvalidRequestException.of(ErrorCode.INVALID_REQUEST, pointer, Violation.Kind.INVALID_VALUE,
                "Not a file reference (expected an id from POST /v1/files" + below + ")");
    }
}
