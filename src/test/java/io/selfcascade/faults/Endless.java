package io.selfcascade.faults;

import java.io.InputStream;

/** A JSON string of any length, made while it is read. */
final class Endless extends InputStream {

    private static final byte[] BEGIN = Wire.bytes("{\"name\":\"");
    private final long bytes;
    private long read;

    Endless(long bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() {
        if (read >= bytes) {
            return -1;
        }
        return read < BEGIN.length ? BEGIN[(int) read++] : next();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int count = 0;
        for (int next = 0; count < length && (next = read()) >= 0; count++) {
            into[offset + count] = (byte) next;
        }
        return count == 0 ? -1 : count;
    }

    private int next() {
        read++;
        return 'x';
    }
}
