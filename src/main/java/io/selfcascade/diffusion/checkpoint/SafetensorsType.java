package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;

/** The number formats a safetensors header may name, with the bits one number takes. */
public enum SafetensorsType {
    BOOL(8), U8(8), I8(8), F8_E5M2(8), F8_E4M3(8), F8_E8M0(8), F4(4), F6_E2M3(6), F6_E3M2(6),
    I16(16), U16(16), F16(16), BF16(16), I32(32), U32(32), F32(32), C64(64), I64(64), U64(64), F64(64);

    private final int bits;

    SafetensorsType(int bits) {
        this.bits = bits;
    }

    /**
     * The type of that name.
     *
     * @throws CascadeException CHECKPOINT_INVALID for a name the format does not have
     */
    static SafetensorsType named(String tensor, String name, String source) {
        for (SafetensorsType type : values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw new CascadeException(
                ErrorCode.CHECKPOINT_INVALID, "Cannot read " + source + ": tensor "
                + tensor + " has dtype " + name + " (not in the format)");
    }

    /** Bits of one number. */
    public int bits() {
        return bits;
    }
}
