package io.selfcascade.platform.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hc.client5.http.DnsResolver;

/** Names that no real server knows. Each answer is given once, the last one for good. */
final class TestNames implements DnsResolver {

    final List<String> asked = new ArrayList<>();
    private final Map<String, Deque<InetAddress[]>> answers = new HashMap<>();

    /** What the name resolves to from now on. */
    void answer(String name, String... addresses) throws UnknownHostException {
        answers.remove(name);
        thenAnswer(name, addresses);
    }

    /** What the name resolves to after the answers it has. */
    void thenAnswer(String name, String... addresses) throws UnknownHostException {
        InetAddress[] parsed = new InetAddress[addresses.length];
        for (int i = 0; i < addresses.length; i++) {
            parsed[i] = InetAddress.getByName(addresses[i]);
        }
        answers.computeIfAbsent(name, n -> new ArrayDeque<>()).add(parsed);
    }

    @Override
    public synchronized InetAddress[] resolve(String host) throws UnknownHostException {
        asked.add(host);
        Deque<InetAddress[]> queue = answers.get(host);
        if (queue == null) {
            throw new UnknownHostException(host);
        }
        return queue.size() == 1 ? queue.peek() : queue.poll();
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
