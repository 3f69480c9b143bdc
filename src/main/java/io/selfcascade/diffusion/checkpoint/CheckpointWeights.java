package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one component: one safetensors file, or several behind an index. Owns the open files; tensors handed
 * out stay readable after it is closed.
 */
public final class CheckpointWeights implements AutoCloseable {

    private final Map<String, SafetensorsFile> homes;
    private final List<SafetensorsFile> files;

    private CheckpointWeights(Map<String, SafetensorsFile> homes, List<SafetensorsFile> files) {
        this.homes = homes;
        this.files = files;
    }

    /**
     * Opens the weights in a component's folder.
     *
     * @param stem {@code diffusion_pytorch_model}, or {@code model} for a text encoder
     * @param variant such as {@code fp16}; null for the plain names
     * @return owned by the caller
     * @throws CascadeException CHECKPOINT_UNSUPPORTED if only pickled weights are there; CHECKPOINT_INVALID if none are,
     *     or if a shard breaks its promises
     */
    public static CheckpointWeights open(Path folder, String stem, @Nullable String variant) {
        String infix = variant == null ? "" : "." + variant;
        Path single = folder.resolve(stem + infix + ".safetensors");
        if (Files.isRegularFile(single)) {
            SafetensorsFile file = SafetensorsFile.open(single);
            Map<String, SafetensorsFile> homes = new LinkedHashMap<>();
            file.names().forEach(name -> homes.put(name, file));
            return new CheckpointWeights(homes, List.of(file));
        }
        Path index = folder.resolve(stem + ".safetensors.index" + infix + ".json");
        if (Files.isRegularFile(index)) {
            return sharded(folder, index);
        }
        if (Files.exists(folder.resolve(stem + infix + ".bin")) || Files.exists(folder.resolve("pytorch_" + stem + ".bin"))) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED, "Cannot read weights in " + folder
                    + ": they are pickled, which can run code (convert them to safetensors)");
        }
        throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot read weights in " + folder + ": no "
                + single.getFileName() + " and no " + index.getFileName() + " (is the download complete?)");
    }

    /** Names of all tensors. */
    public Set<String> names() {
        return homes.keySet();
    }

    /**
     * The shape of a tensor.
     *
     * @throws CascadeException CHECKPOINT_INVALID if there is none of that name
     */
    public List<Long> shape(String name) {
        return home(name).entry(name).shape();
    }

    /**
     * A tensor as it lies on disk, mapped and not copied.
     *
     * @throws CascadeException CHECKPOINT_UNSUPPORTED unless it is F32, F16 or BF16
     */
    public RawTensor raw(String name) {
        SafetensorsEntry entry = home(name).entry(name);
        Dtype dtype = switch (entry.type()) {
            case F32 -> Dtype.F32;
            case F16 -> Dtype.F16;
            case BF16 -> Dtype.BF16;
            default -> throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED, "Cannot use " + name + " of "
                    + home(name) + ": " + entry.type() + " (expected F32, F16 or BF16)");
        };
        return new RawTensor(home(name).bytes(name), dtype, entry.shape());
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }

    private SafetensorsFile home(String name) {
        SafetensorsFile file = homes.get(name);
        if (file == null) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot read weights: no tensor " + name);
        }
        return file;
    }

    private static CheckpointWeights sharded(Path folder, Path index) {
        if (!(CheckpointJson.read(index).get("weight_map") instanceof Map<?, ?> map) || map.isEmpty()) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot read " + index + ": no weight_map");
        }
        Map<String, SafetensorsFile> shards = new TreeMap<>();
        Map<String, SafetensorsFile> homes = new LinkedHashMap<>();
        try {
            map.forEach((name, shard) -> homes.put((String) name, shards.computeIfAbsent(
                    shardName(index, shard), file -> SafetensorsFile.open(folder.resolve(file)))));
            homes.forEach((name, file) -> file.entry(name));
        } catch (CascadeException e) {
            shards.values().forEach(SafetensorsFile::close);
            throw e;
        }
        return new CheckpointWeights(homes, List.copyOf(shards.values()));
    }

    /** A shard lies beside its index; a path that leads elsewhere is an attack or a mistake. */
    private static String shardName(Path index, @Nullable Object shard) {
        if (shard instanceof String name && name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*\\.safetensors")) {
            return name;
        }
        throw new CascadeException(ErrorCode.CHECKPOINT_INVALID,
                "Cannot read " + index + ": shard " + shard + " (expected a plain .safetensors file name)");
    }
}
