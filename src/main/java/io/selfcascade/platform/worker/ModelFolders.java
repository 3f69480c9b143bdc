package io.selfcascade.platform.worker;

import io.selfcascade.diffusion.checkpoint.BundledModel;
import io.selfcascade.diffusion.checkpoint.ContentHash;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the folder of a registered model, and makes sure that it holds the registered weights. */
final class ModelFolders {

    private static final String CLASS_PATH = "classpath:";

    private final Path cache;

    /** @param cache where models from the class path are unpacked */
    ModelFolders(Path cache) {
        this.cache = cache;
    }

    /**
     * @return a folder of the diffusers layout with exactly the registered content
     * @throws CascadeException MODEL_UNAVAILABLE if it is missing or holds other weights
     */
    Path require(ModelRegistration model) {
        Path folder = model.location().startsWith(CLASS_PATH)
                ? BundledModel.unpack(model.location().substring(CLASS_PATH.length()), cache)
                : Path.of(model.location());
        if (!Files.isDirectory(folder)) {
            throw unavailable(model, "no folder " + folder + " (correct its location in config/models)");
        }
        String found = ContentHash.of(folder);
        if (!found.equals(model.ref().sha256())) {
            throw unavailable(model, folder + " has sha256 " + found + ", registered is " + model.ref().sha256()
                    + " (were the weights replaced?)");
        }
        return folder;
    }

    private static CascadeException unavailable(ModelRegistration model, String why) {
        return new CascadeException(
                ErrorCode.MODEL_UNAVAILABLE, "Cannot load model " + model.ref().id() + ": " + why);
    }
}
