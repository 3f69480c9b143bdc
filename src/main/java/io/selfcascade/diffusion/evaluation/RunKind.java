package io.selfcascade.diffusion.evaluation;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.Locale;

/**
 * A way of making the picture of a caption.
 *
 * @param factor side of the picture in native sides: 1, 2 or 4
 */
public record RunKind(Method method, int factor) {

    /** Where the pixels beyond the native ones come from. */
    public enum Method {
        /** There are none. */
        NATIVE,
        /** Bicubic interpolation of the native picture. */
        UPSAMPLE,
        /** The model, asked for the large size from pure noise. */
        DIRECT,
        /** The self-cascade, doubling the side stage by stage. */
        CASCADE
    }

    public RunKind {
        if (!(factor == 1 && method == Method.NATIVE || (factor == 2 || factor == 4) && method != Method.NATIVE)) {
            throw new CascadeException(ErrorCode.INVALID_REQUEST, "Invalid run: " + method + " at factor " + factor
                    + " (expected native, or upsample, direct or cascade with 2 or 4)");
        }
    }

    /**
     * Reads {@code native}, {@code upsample2}, {@code direct4}, {@code cascade2} and the like.
     *
     * @throws CascadeException INVALID_REQUEST for any other word
     */
    public static RunKind parse(String word) {
        String name = word.strip().toUpperCase(Locale.ROOT);
        for (Method method : Method.values()) {
            String rest = name.startsWith(method.name()) ? name.substring(method.name().length()) : "?";
            if (rest.isEmpty() && method == Method.NATIVE) {
                return new RunKind(method, 1);
            }
            if (rest.matches("[24]") && method != Method.NATIVE) {
                return new RunKind(method, Integer.parseInt(rest));
            }
        }
        throw new CascadeException(ErrorCode.INVALID_REQUEST, "Invalid run: " + word
                + " (expected native, upsample2, upsample4, direct2, direct4, cascade2 or cascade4)");
    }

    /** What a table calls it. */
    public String label() {
        String name = method.name().toLowerCase(Locale.ROOT);
        return method == Method.NATIVE ? name : name + " " + factor + "× side";
    }
}
