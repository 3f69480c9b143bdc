package io.selfcascade.platform.intake;

import io.selfcascade.spec.ErrorCode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Walks the lines of a JSONL stream with bounded memory. Lines end with LF or CRLF; a byte order mark at the start and
 * lines of nothing but white space are skipped; of a line that is too long only the allowed part is kept.
 */
public final class ItemLines implements Closeable {

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int END = -1;

    private final InputStream in;
    private final IntakeLimits limits;
    private int line;
    private int ordinal;

    /** Opens the lines of {@code in}, which closes with this object. */
    public ItemLines(InputStream in, IntakeLimits limits) throws IOException {
        this.in = new BufferedInputStream(in, 64 * 1024);
        this.limits = limits;
        skipByteOrderMark();
    }

    /**
     * @return the next line that is not blank, or null at the end
     * @throws InvalidRequestException TOO_LARGE if there are more items than a workload may have
     */
    public @Nullable RawItem next() throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream(512);
        while (true) {
            content.reset();
            int end = readLine(content);
            boolean complete = content.size() <= limits.lineBytes();
            byte[] bytes = content.toByteArray();
            if (!isBlank(bytes)) {
                return item(bytes, complete);
            }
            if (end == END) {
                return null;
            }
        }
    }

    /** Reads to the end. @return how many items there are */
    public int count() throws IOException {
        while (next() != null) {
            // Every item is counted by next().
        }
        return ordinal;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private RawItem item(byte[] content, boolean complete) {
        if (ordinal == limits.items()) {
            throw InvalidRequestException.of(ErrorCode.TOO_LARGE, "/items_file", Violation.Kind.TOO_LARGE,
                    "More than " + limits.items() + " items (split them over several workloads)");
        }
        return new RawItem(ordinal++, line, content, complete);
    }

    private int readLine(ByteArrayOutputStream content) throws IOException {
        line++;
        int next = in.read();
        while (next != END && next != '\n') {
            // One byte more than allowed is kept, to know that the line is too long.
            if (content.size() <= limits.lineBytes()) {
                content.write(next);
            }
            next = in.read();
        }
        return next;
    }

    private void skipByteOrderMark() throws IOException {
        in.mark(BYTE_ORDER_MARK.length);
        for (byte expected : BYTE_ORDER_MARK) {
            if (in.read() != (expected & 0xFF)) {
                in.reset();
                return;
            }
        }
    }

    private static boolean isBlank(byte[] content) {
        for (byte b : content) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }
}
