package io.selfcascade.platform.webhook;

import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.spec.ErrorCode;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Where webhooks may lead. An address is judged when it is connected to: the name is resolved once, and what it resolved to is
 * what is connected, so that a name cannot lead elsewhere in between. What names a private place outright is refused earlier.
 */
final class WebhookTargets implements DnsResolver {

    private final DnsResolver names;
    private final boolean allowPrivate;

    /** @param names resolves a name, as the system does */
    WebhookTargets(DnsResolver names, boolean allowPrivate) {
        this.names = names;
        this.allowPrivate = allowPrivate;
    }

    /** @throws InvalidRequestException INVALID_REQUEST at {@code /url} if it is no place to send to, as far as its text tells */
    void requireAllowed(URI url) {
        boolean isSecure = "https".equalsIgnoreCase(url.getScheme());
        if (!isSecure && !(allowPrivate && "http".equalsIgnoreCase(url.getScheme()))) {
            throw refused("expected https");
        }
        if (!allowPrivate && isPlainlyPrivate(url.getHost())) {
            throw refused("expected a public address; selfcascade.webhooks.allow-private is for closed networks");
        }
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = names.resolve(host);
        if (addresses == null || addresses.length == 0) {
            throw new UnknownHostException(host);
        }
        if (!allowPrivate && !Arrays.stream(addresses).allMatch(PublicAddresses::contains)) {
            throw new ForbiddenAddressException();
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }

    private static boolean isPlainlyPrivate(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        if (name.startsWith("[") || name.matches("[0-9.]+")) {
            try {
                // Digits and brackets are never looked up.
                return !PublicAddresses.contains(InetAddress.getByName(name));
            } catch (UnknownHostException e) {
                return true;
            }
        }
        return !name.contains(".") || name.matches(".*\\.(localhost|local|internal|lan|home\\.arpa)\\.?");
    }

    private static InvalidRequestException refused(String why) {
        return InvalidRequestException.of(
                ErrorCode.INVALID_REQUEST, "/url", Violation.Kind.INVALID_VALUE, "Cannot send webhooks there (" + why + ")");
    }

    /** A name that leads to a private place. It does not say which: its asker may be probing. */
    static final class ForbiddenAddressException extends UnknownHostException {

        private static final long serialVersionUID = 1L;

        ForbiddenAddressException() {
            super("address not allowed");
        }
    }
}
