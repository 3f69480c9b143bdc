package io.selfcascade.faults;

import io.selfcascade.testing.JavaProcess;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The classes of all processes as jars, and an archive of them that halves the time a coordinator needs to start: it is made
 * by the first one as it ends, and JVMs make such archives of jars only.
 */
final class Classes {

    private final Path archive;
    private final String path;

    Classes(Path folder) {
        archive = folder.resolve("classes.jsa");
        Path jar = folder.resolve("classes.jar");
        List<String> all = new ArrayList<>(List.of(jar.toString()));
        List<Path> folders = new ArrayList<>();
        for (String entry : JavaProcess.classPath().split(File.pathSeparator)) {
            if (Files.isDirectory(Path.of(entry))) {
                folders.add(Path.of(entry));
            } else {
                all.add(entry);
            }
        }
        pack(jar, folders);
        path = String.join(File.pathSeparator, all);
    }

    String path() {
        return path;
    }

    List<String> options() {
        return List.of((Files.exists(archive) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=") + archive, "-Xlog:cds=off",
                "-Xlog:cds+dynamic=off", "-Xlog:class+path=off");
    }

    /** Of two entries of one name the first counts, as on a class path. */
    private static void pack(Path jar, List<Path> folders) {
        Set<String> names = new HashSet<>();
        try (OutputStream file = Files.newOutputStream(jar); JarOutputStream out = new JarOutputStream(file)) {
            for (Path folder : folders) {
                try (Stream<Path> tree = Files.walk(folder)) {
                    for (Path entry : (Iterable<Path>) tree.sorted()::iterator) {
                        String name = folder.relativize(entry).toString().replace(File.separatorChar, '/') + (Files.isDirectory(entry) ? "/" : "");
                        if (name.length() > 1 && names.add(name)) {
                            out.putNextEntry(new JarEntry(name));
                            if (!Files.isDirectory(entry)) {
                                Files.copy(entry, out);
                            }
                            out.closeEntry();
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
