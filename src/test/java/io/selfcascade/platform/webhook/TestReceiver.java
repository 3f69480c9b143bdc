package io.selfcascade.platform.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Somebody else's server: answers as it is told and keeps what it got. */
final class TestReceiver implements AutoCloseable {

    private static final int BLOCK = 64;

    final List<Message> messages = new CopyOnWriteArrayList<>();
    final Deque<Answering> answers = new ConcurrentLinkedDeque<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    TestReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    /** What it got. */
    record Message(String id, String timestamp, String signature, String type, String body) {

        /** RFC 2104 and the text of Standard Webhooks, written without anything of the sender's. */
        boolean isSignedWith(String secret) {
            byte[] key = Arrays.copyOf(Base64.getDecoder().decode(secret.replaceFirst("whsec_", "")), BLOCK);
            byte[] text = (id + '.' + timestamp + '.' + body).getBytes(StandardCharsets.UTF_8);
            String expected = "v1," + Base64.getEncoder().encodeToString(sha256(with(key, 0x5c), sha256(with(key, 0x36), text)));
            return List.of(signature.split(" ")).contains(expected);
        }

        private static byte[] with(byte[] key, int pad) {
            byte[] padded = new byte[BLOCK];
            for (int i = 0; i < BLOCK; i++) {
                padded[i] = (byte) (key[i] ^ pad);
            }
            return padded;
        }

        private static byte[] sha256(byte[]... parts) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                Arrays.stream(parts).forEach(digest::update);
                return digest.digest();
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** How it answers one request. */
    interface Answering {
        void answer(HttpExchange exchange) throws IOException;
    }

    static Answering status(int status) {
        return exchange -> exchange.sendResponseHeaders(status, -1);
    }

    static Answering redirect(String location) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(307, -1);
        };
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/hook";
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            messages.add(new Message(header(exchange, "webhook-id"), header(exchange, "webhook-timestamp"),
                    header(exchange, "webhook-signature"), header(exchange, "content-type"), new String(body, StandardCharsets.UTF_8)));
            Answering next = answers.poll();
            (next == null ? status(204) : next).answer(exchange);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return String.valueOf(exchange.getRequestHeaders().getFirst(name));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
