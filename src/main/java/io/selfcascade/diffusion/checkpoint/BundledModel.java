package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A diffusers folder on the class path. Weights are mapped into memory, which needs files, so the folder is copied once
 * to a cache directory, under a name made of its content.
 */
public final class BundledModel {

    private static final List<String> COMPONENT_FILES = List.of(
            "config.json", "diffusion_pytorch_model.safetensors", "model.safetensors", "scheduler_config.json",
            "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json");

    private BundledModel() {}

    /**
     * Copies the folder out of the class path, unless an equal copy is there already.
     *
     * @param resource such as {@code models/scenes}
     * @param cache directory to copy into; made if missing
     * @return the copy
     * @throws CascadeException CHECKPOINT_INVALID if there is no such folder, STORAGE_FULL if it cannot be copied
     */
    public static Path unpack(String resource, Path cache) {
        Path staging = null;
        try {
            Files.createDirectories(cache);
            staging = Files.createTempDirectory(cache, ".unpacking");
            copy(resource, staging);
            String name = resource.substring(resource.lastIndexOf('/') + 1);
            return publish(staging, cache.resolve(name + "-" + ContentHash.of(staging).substring(0, 16)));
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.STORAGE_FULL,
                    "Cannot unpack " + resource + " into " + cache + ": " + e + " (choose another cache directory)", e);
        } finally {
            delete(staging);
        }
    }

    private static void copy(String resource, Path target) throws IOException {
        if (!copyFile(resource, "model_index.json", target)) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID,
                    "Cannot unpack " + resource + ": no model_index.json on the class path");
        }
        for (String component : CheckpointJson.read(target.resolve("model_index.json")).keySet()) {
            for (String file : COMPONENT_FILES) {
                copyFile(resource, component + "/" + file, target);
            }
        }
    }

    private static boolean copyFile(String resource, String file, Path target) throws IOException {
        try (InputStream in = BundledModel.class.getClassLoader().getResourceAsStream(resource + "/" + file)) {
            if (in == null) {
                return false;
            }
            Path copy = target.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(in, copy);
            return true;
        }
    }

    private static Path publish(Path staging, Path target) throws IOException {
        if (Files.isDirectory(target)) {
            return target;
        }
        try {
            // A rename, so another process never sees half a model.
            return Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            return target;
        }
    }

    private static void delete(@Nullable Path folder) {
        if (folder == null || !Files.exists(folder)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // The copy the caller asked for is complete; a leftover in the cache is only untidy.
        }
    }
}
