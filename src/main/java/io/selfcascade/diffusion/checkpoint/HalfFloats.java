package io.selfcascade.diffusion.checkpoint;

/** Widens 16-bit floating point numbers; every value has an exact float. */
final class HalfFloats {

    private static final float SMALLEST_SUBNORMAL = 0x1.0p-24f;

    private HalfFloats() {}

    /** IEEE 754 binary16. */
    static float fromF16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = bits >>> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0) {
            // Subnormals and zero: the mantissa counts the smallest one. OR keeps the sign of zero.
            return Float.intBitsToFloat(Float.floatToRawIntBits(mantissa * SMALLEST_SUBNORMAL) | sign);
        }
        int widened = exponent == 0x1f ? 0xff : exponent - 15 + 127;
        return Float.intBitsToFloat(sign | widened << 23 | mantissa << 13);
    }

    /** The upper half of a float. */
    static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
