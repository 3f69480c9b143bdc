package io.selfcascade.spec;

/**
 * A model by name and content.
 *
 * @param id name in the registry, for example {@code scenes}
 * @param sha256 lower-case hex digest over the model's files; a worker refuses a task for other weights
 */
public record ModelRef(String id, String sha256) {}
