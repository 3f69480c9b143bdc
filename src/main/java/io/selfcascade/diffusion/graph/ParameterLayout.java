package io.selfcascade.diffusion.graph;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The parameters of one model in a fixed order: the order its layers were constructed in, shared by every graph and
 * variant of the model. The fingerprint binds a weight list to it; numbering by first use would silently permute
 * tensors of equal shape as soon as a variant used them in another order.
 *
 * @param model name telling apart models used in one graph
 * @param parameters keys and shapes, in order
 */
public record ParameterLayout(String model, List<ParameterSpec> parameters) {

    public ParameterLayout {
        parameters = List.copyOf(parameters);
    }

    /** SHA-256 over name, keys, shapes and order, in hex. */
    public String fingerprint() {
        MessageDigest digest = sha256();
        digest.update(model.getBytes(StandardCharsets.UTF_8));
        for (ParameterSpec parameter : parameters) {
            digest.update(("\n" + parameter.key() + parameter.shape()).getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** How many numbers all parameters hold together. */
    public long size() {
        return parameters.stream().mapToLong(ParameterSpec::size).sum();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
