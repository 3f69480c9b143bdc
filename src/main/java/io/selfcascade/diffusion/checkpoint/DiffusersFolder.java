package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model as diffusers stores it: {@code model_index.json} names the components, each has a folder with a configuration
 * and, if it has any, weights. Reads files only when asked; holds nothing open.
 */
public final class DiffusersFolder {

    public static final String UNET = "unet";
    public static final String VAE = "vae";
    public static final String TEXT_ENCODER = "text_encoder";
    public static final String TOKENIZER = "tokenizer";
    public static final String SCHEDULER = "scheduler";

    private final Path root;
    private final Map<String, Object> index;
    private final @Nullable String variant;

    private DiffusersFolder(Path root, Map<String, Object> index, @Nullable String variant) {
        this.root = root;
        this.index = index;
        this.variant = variant;
    }

    /** Opens a folder and takes the plain weights files. */
    public static DiffusersFolder open(Path root) {
        return open(root, null);
    }

    /**
     * Opens a folder.
     *
     * @param variant of the weights files, such as {@code fp16}; null for the plain names
     * @throws CascadeException CHECKPOINT_INVALID if there is no readable {@code model_index.json}
     */
    public static DiffusersFolder open(Path root, @Nullable String variant) {
        return new DiffusersFolder(root, CheckpointJson.read(root.resolve("model_index.json")), variant);
    }

    public Path root() {
        return root;
    }

    /** Whether the index names a class for this component. */
    public boolean has(String component) {
        return !className(component).isEmpty();
    }

    /** The class the index names, such as {@code UNet2DConditionModel}; empty if the component is absent. */
    public String className(String component) {
        if (index.get(component) instanceof List<?> pair && pair.size() == 2 && pair.get(1) instanceof String name) {
            return name;
        }
        return "";
    }

    /**
     * Checks that a component is of a class we can run.
     *
     * @throws CascadeException CHECKPOINT_UNSUPPORTED if it is absent or of another class
     */
    public void require(String component, String className) {
        if (!className(component).equals(className)) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED, "Cannot run " + root + ": its " + component
                    + " is " + (has(component) ? className(component) : "missing") + " (expected " + className + ")");
        }
    }

    /**
     * A component's configuration as parsed JSON; absent and null keys are both missing from it.
     *
     * @throws CascadeException CHECKPOINT_INVALID if it cannot be read
     */
    public Map<String, Object> config(String component) {
        String name = component.equals(SCHEDULER) ? "scheduler_config.json" : "config.json";
        return CheckpointJson.read(root.resolve(component).resolve(name));
    }

    /**
     * Opens a component's weights.
     *
     * @return owned by the caller
     * @throws CascadeException CHECKPOINT_UNSUPPORTED or CHECKPOINT_INVALID as {@link CheckpointWeights#open}
     */
    public CheckpointWeights weights(String component) {
        String stem = component.startsWith(TEXT_ENCODER) ? "model" : "diffusion_pytorch_model";
        return CheckpointWeights.open(root.resolve(component), stem, variant);
    }

    /**
     * A file of a component, such as the tokenizer's {@code vocab.json}.
     *
     * @throws CascadeException CHECKPOINT_INVALID if it is missing
     */
    public Path file(String component, String name) {
        Path file = root.resolve(component).resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new CascadeException(
                    ErrorCode.CHECKPOINT_INVALID, "Cannot read " + file + ": no such file (is the download complete?)");
        }
        return file;
    }
}
