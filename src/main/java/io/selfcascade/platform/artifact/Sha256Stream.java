package io.selfcascade.platform.artifact;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Passes bytes on while it counts and digests them. */
public final class Sha256Stream extends FilterOutputStream {

    private static final int BUFFER_BYTES = 1 << 16;

    private final MessageDigest digest = sha256Digest();
    private long bytes;

    private Sha256Stream(OutputStream out) {
        super(out);
    }

    /** A stream that passes on to {@code channel}, buffered; closing it closes the channel. */
    public static Sha256Stream into(WritableByteChannel channel) {
        return new Sha256Stream(new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES));
    }

    /** The digest of bytes, lower-case hex. */
    public static String digest(byte[] content) {
        return HexFormat.of().formatHex(sha256Digest().digest(content));
    }

    /** The digest of a file's bytes; a link is not followed. */
    public static String digest(Path file) throws IOException {
        MessageDigest digest = sha256Digest();
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void write(int value) throws IOException {
        out.write(value);
        digest.update((byte) value);
        bytes++;
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        out.write(source, offset, length);
        digest.update(source, offset, length);
        bytes += length;
    }

    /** @return digest of what was written, lower-case hex; once */
    public String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** @return how many bytes were written */
    public long bytes() {
        return bytes;
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot find SHA-256 (every Java platform must have it)", e);
        }
    }
}
