package io.selfcascade.platform.intake;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Folders whose {@code .json} files are workload requests: on the coordinator's own disk, where requests may name files by
 * path, or a prefix of the artifact store, {@code requests/<tenant>/…}. A file whose name begins with a dot is not there yet:
 * who writes one renames it when it is whole.
 */
public final class RequestFolders {

    private static final String STORE = "requests/";
    private static final String EXTENSION = ".json";
    private static final Pattern SEGMENTS = Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]*/)+");

    private final LocalFiles localFiles;
    private final ArtifactStore store;
    private final IntakeLimits limits;

    RequestFolders(LocalFiles localFiles, ArtifactStore store, IntakeLimits limits) {
        this.localFiles = localFiles;
        this.store = store;
        this.limits = limits;
    }

    /**
     * Lists the files at and below a folder; one that does not exist has none.
     *
     * @param most more than so many are refused
     * @return their paths below the folder, in order
     * @throws InvalidRequestException INVALID_REQUEST if the tenant may not name this folder, TOO_LARGE if it holds too many
     */
    public List<String> list(String tenant, String folder, int most) {
        List<String> names;
        try (Stream<String> all = isInStore(folder) ? stored(tenant, folder) : localFiles.below(folder, "/folder")) {
            names = all.filter(RequestFolders::isRequest).limit(most + 1L).sorted().toList();
        }
        if (names.size() > most) {
            throw InvalidRequestException.of(ErrorCode.TOO_LARGE, "/folder", Violation.Kind.TOO_LARGE,
                    "More than " + most + " files in " + folder + " (remove those that were taken, or name the folder with {date})");
        }
        return names;
    }

    /**
     * Reads one of the files that were listed.
     *
     * @return its bytes; of one larger than a request may be, one byte more than that
     * @throws CascadeException NOT_FOUND if it is gone, INFRASTRUCTURE_UNAVAILABLE if it cannot be read
     */
    public byte[] read(String tenant, String folder, String name) {
        try (InputStream in = isInStore(folder)
                ? store.open(prefix(tenant, folder) + name)
                : Files.newInputStream(localFiles.resolve(withSlash(folder) + name, "/folder"))) {
            return in.readNBytes(Math.toIntExact(limits.bodyBytes() + 1));
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INFRASTRUCTURE_UNAVAILABLE,
                    "Cannot read file: " + name + " of " + folder + " (is it readable?)", e);
        }
    }

    private Stream<String> stored(String tenant, String folder) {
        String prefix = prefix(tenant, folder);
        return store.list(prefix).map(key -> key.substring(prefix.length()));
    }

    /** Each tenant's own: nobody reads another's requests, or artifacts, as if they were files. */
    private static String prefix(String tenant, String folder) {
        String prefix = withSlash(folder);
        if (!prefix.startsWith(STORE + tenant + "/") || !SEGMENTS.matcher(prefix).matches()) {
            throw InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "/folder", Violation.Kind.INVALID_VALUE,
                    "Not a prefix you may name (expected " + STORE + tenant + "/… of letters, digits and . _ -)");
        }
        return prefix;
    }

    private static boolean isInStore(String folder) {
        return folder.startsWith(STORE);
    }

    private static String withSlash(String folder) {
        return folder.endsWith("/") ? folder : folder + "/";
    }

    private static boolean isRequest(String name) {
        return name.endsWith(EXTENSION) && !name.substring(name.lastIndexOf('/') + 1).startsWith(".");
    }
}
