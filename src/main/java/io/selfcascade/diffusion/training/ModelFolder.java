package io.selfcascade.diffusion.training;

import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.checkpoint.SafetensorsWriter;
import io.selfcascade.diffusion.scenes.BpeTrainer;
import io.selfcascade.diffusion.scenes.BpeVocabulary;
import io.selfcascade.diffusion.scenes.SceneCaption;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/**
 * The diffusers folder a training fills: configurations first, weights when they are trained. The configurations on the
 * class path are the one place where the bundled model's sizes are written.
 */
public final class ModelFolder {

    private static final String TEMPLATE = "training/scenes/";
    private static final List<String> FILES = List.of("model_index.json", "unet/config.json", "vae/config.json",
            "text_encoder/config.json", "scheduler/scheduler_config.json", "tokenizer/tokenizer_config.json",
            "tokenizer/special_tokens_map.json");

    private final Path root;

    private ModelFolder(Path root) {
        this.root = root;
    }

    /**
     * Writes what is missing of the configurations and the tokenizer; what is there stays.
     *
     * @throws CascadeException STORAGE_FULL if a file cannot be written
     */
    public static ModelFolder prepare(Path root) {
        ModelFolder folder = new ModelFolder(root);
        for (String file : FILES) {
            folder.writeIfMissing(file, template(file));
        }
        BpeVocabulary vocabulary = BpeTrainer.train(SceneCaption.vocabulary());
        folder.writeIfMissing("tokenizer/vocab.json", vocabulary.vocabJson());
        folder.writeIfMissing("tokenizer/merges.txt", vocabulary.mergesText());
        return folder;
    }

    public Path root() {
        return root;
    }

    /** Where a training keeps what does not belong to the model: state, curves, encoded scenes; made if missing. */
    public Path training(String part) {
        Path folder = root.resolve("training").resolve(part);
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.STORAGE_FULL, "Cannot make folder: " + folder + " (" + e + ")", e);
        }
    }

    /** The folder as readers see it. */
    public DiffusersFolder open() {
        return DiffusersFolder.open(root);
    }

    /** Whether a component's weights are there. */
    public boolean hasWeights(String component) {
        return Files.isRegularFile(weightsFile(component));
    }

    /** Puts a component's weights in place; the file appears whole. */
    void writeWeights(Trainee trainee) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        trainee.export(writer);
        Path file = weightsFile(trainee.component());
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        writer.write(temporary);
        move(temporary, file);
    }

    /** Records by what the VAE's latents are multiplied to have standard deviation 1. */
    void writeScalingFactor(double factor) {
        String template = template("vae/config.json");
        String json = template.replaceFirst(
                "\"scaling_factor\": [0-9.]+", String.format(Locale.ROOT, "\"scaling_factor\": %.5f", factor));
        if (json.equals(template) && factor != 1) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot write scaling factor: no place in vae/config.json");
        }
        write("vae/config.json", json);
    }

    private Path weightsFile(String component) {
        return root.resolve(component).resolve(component.equals(DiffusersFolder.TEXT_ENCODER)
                ? "model.safetensors" : "diffusion_pytorch_model.safetensors");
    }

    private void writeIfMissing(String file, String content) {
        if (!Files.exists(root.resolve(file))) {
            write(file, content);
        }
    }

    private void write(String file, String content) {
        Path target = root.resolve(file);
        try {
            Files.createDirectories(target.getParent());
            Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
            Files.writeString(temporary, content);
            move(temporary, target);
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.STORAGE_FULL, "Cannot write " + target + ": " + e, e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.STORAGE_FULL, "Cannot move " + from + " to " + to + ": " + e, e);
        }
    }

    private static String template(String file) {
        try (InputStream in = ModelFolder.class.getClassLoader().getResourceAsStream(TEMPLATE + file)) {
            if (in == null) {
                throw new CascadeException(
                        ErrorCode.INTERNAL, "Cannot read template: " + file + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot read template: " + file, e);
        }
    }
}
