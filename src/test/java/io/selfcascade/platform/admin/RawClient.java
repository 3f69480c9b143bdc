package io.selfcascade.platform.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A client of nothing but a socket, so that it can fall silent, read slowly, or be gone. */
final class RawClient implements AutoCloseable {

    private final Socket socket = new Socket();
    private final StringBuilder read = new StringBuilder();

    RawClient(int port, String path, String... headers) {
        try {
            // Small, so that a reader who stops is soon felt.
            socket.setReceiveBufferSize(4096);
            socket.setSoTimeout(10_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            String head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("", headers) + "\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until this text has come. @return everything read so far */
    String awaits(String text) {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = socket.getInputStream();
            while (read.indexOf(text) < 0) {
                int count = in.read(buffer);
                if (count < 0) {
                    throw new AssertionError("the stream ended before " + text + ": " + read);
                }
                read.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("never came: " + text + " in: " + read, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return read.toString();
    }

    /** Reads until the other side has closed the connection, in good order or not. @return everything read */
    String awaitsEnd() {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = socket.getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                read.append(new String(buffer, 0, count, StandardCharsets.UTF_8));
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection stays open after: " + read, e);
        } catch (IOException e) {
            // Reset: closed, too.
        }
        return read.toString();
    }

    /** Parts without a word: the other side's next bytes are refused. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
