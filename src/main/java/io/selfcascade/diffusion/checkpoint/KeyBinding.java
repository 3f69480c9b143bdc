package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The match between the parameters a model wants and the tensors a checkpoint has.
 *
 * @param component what to call the model in messages, such as {@code unet}
 * @param bound wanted key to the checkpoint's name for it, in the wanted order
 * @param missing wanted keys the checkpoint lacks
 * @param unexpected names of tensors nobody wants
 * @param wrongShape one full message for every key whose shapes differ
 */
public record KeyBinding(String component, Map<String, String> bound, List<String> missing, List<String> unexpected,
        List<String> wrongShape) {

    /** How files older than diffusers 0.12 name the parts of a VAE's attention. */
    private static final Map<String, String> LEGACY_ATTENTION = Map.of(
            "to_q", "query", "to_k", "key", "to_v", "value", "to_out.0", "proj_attn");

    /** A buffer older text encoders stored; its content is 0, 1, 2, …. */
    private static final String POSITION_IDS = "embeddings.position_ids";

    private static final int MENTIONED = 3;

    /**
     * Matches keys and shapes; reads no weight.
     *
     * @param wanted key to shape, in the model's order
     */
    public static KeyBinding of(String component, Map<String, List<Long>> wanted, CheckpointWeights weights) {
        Map<String, String> bound = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        List<String> wrongShape = new ArrayList<>();
        Set<String> unexpected = new TreeSet<>(weights.names());
        unexpected.removeIf(name -> name.endsWith(POSITION_IDS));
        wanted.forEach((key, shape) -> {
            String name = nameOf(key, weights.names());
            if (name.isEmpty()) {
                missing.add(key);
                return;
            }
            unexpected.remove(name);
            if (fits(key, shape, weights.shape(name))) {
                bound.put(key, name);
            } else {
                wrongShape.add("Cannot bind " + component + "." + key + ": checkpoint has " + weights.shape(name)
                        + ", model wants " + shape + " (" + remedy(key, weights.shape(name)) + ")");
            }
        });
        return new KeyBinding(component, bound, missing, List.copyOf(unexpected), wrongShape);
    }

    /**
     * The checkpoint's tensors in the wanted order, mapped and not copied.
     *
     * @param wanted as given to {@link #of}
     * @throws CascadeException CHECKPOINT_INVALID if a key is missing or has another shape; CHECKPOINT_UNSUPPORTED for a
     *     number format that is none of F32, F16, BF16
     */
    public Map<String, RawTensor> tensors(Map<String, List<Long>> wanted, CheckpointWeights weights) {
        if (!wrongShape.isEmpty()) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID,
                    wrongShape.get(0) + (wrongShape.size() > 1 ? " and " + (wrongShape.size() - 1) + " more" : ""));
        }
        if (!missing.isEmpty()) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot bind " + component + ": checkpoint lacks "
                    + some(missing) + "; it has unused " + some(unexpected)
                    + " (does config.json belong to these weights?)");
        }
        Map<String, RawTensor> tensors = new LinkedHashMap<>();
        bound.forEach((key, name) -> {
            RawTensor tensor = weights.raw(name);
            tensors.put(key, new RawTensor(tensor.bytes(), tensor.dtype(), wanted.get(key)));
        });
        return tensors;
    }

    private static String nameOf(String key, Set<String> names) {
        if (names.contains(key)) {
            return key;
        }
        String legacy = key;
        for (Map.Entry<String, String> part : LEGACY_ATTENTION.entrySet()) {
            legacy = legacy.replace("." + part.getKey() + ".", "." + part.getValue() + ".");
        }
        return names.contains(legacy) ? legacy : "";
    }

    /** Legacy attention weights may be 1 x 1 convolutions of the same numbers. */
    private static boolean fits(String key, List<Long> wanted, List<Long> found) {
        boolean isPointwise = found.size() == 4 && found.get(2) == 1 && found.get(3) == 1;
        return found.equals(wanted)
                || isPointwise && key.contains(".attentions.") && found.subList(0, 2).equals(wanted);
    }

    private static String remedy(String key, List<Long> found) {
        boolean takesMask = key.equals("conv_in.weight") && found.size() == 4 && found.get(1) == 9;
        return takesMask ? "is this an inpainting checkpoint?" : "does config.json belong to these weights?";
    }

    private static String some(List<String> keys) {
        if (keys.isEmpty()) {
            return "nothing";
        }
        String first = String.join(", ", keys.subList(0, Math.min(MENTIONED, keys.size())));
        return keys.size() > MENTIONED ? first + " and " + (keys.size() - MENTIONED) + " more" : first;
    }
}
