package io.selfcascade.diffusion.tensor;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tensor as it lies on disk: little-endian bytes, a number format and a shape. It owns no native memory; the bytes
 * are usually a window of a read-only file mapping and must stay mapped while arrays lie over them.
 *
 * @param bytes direct buffer whose remaining bytes are the tensor, row-major
 * @param dtype number format of the bytes
 * @param shape sizes, outermost first
 */
public record RawTensor(ByteBuffer bytes, Dtype dtype, List<Long> shape) {

    public RawTensor {
        shape = List.copyOf(shape);
        long wanted = bytesOf(dtype);
        for (long size : shape) {
            wanted = Math.multiplyExact(wanted, size);
        }
        if (bytes.remaining() != wanted) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Invalid tensor " + dtype + shape + ": "
                    + bytes.remaining() + " bytes (expected " + wanted + ")");
        }
    }

    /** Bytes one number of this format takes. */
    public static int bytesOf(Dtype dtype) {
        return dtype == Dtype.F32 ? 4 : 2;
    }
}
