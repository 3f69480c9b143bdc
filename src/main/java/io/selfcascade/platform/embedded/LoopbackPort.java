package io.selfcascade.platform.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Chooses ports that only this machine can reach. */
final class LoopbackPort {

    /** Two servers start side by side, and the system may offer a port again before the first has taken it. */
    private static final Set<Integer> OFFERED = ConcurrentHashMap.newKeySet();

    private LoopbackPort() {
    }

    /**
     * Returns the preferred port if nobody listens there, so that an address survives a restart, else a free one.
     *
     * @param preferred the port of the last run, or 0 for none
     */
    static int choose(int preferred) {
        if (preferred > 0) {
            try {
                return probe(preferred);
            } catch (IOException taken) {
                return choose(0);
            }
        }
        try {
            int port = probe(0);
            while (!OFFERED.add(port)) {
                port = probe(0);
            }
            return port;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int probe(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
