package io.selfcascade.platform.admin;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Streams of events over HTTP, of one process.
 *
 * @param clients streams open at the same time; further ones are refused
 * @param poll between two looks for events, one query for all clients
 * @param heartbeat silence after which a comment is sent, which also finds out who is gone
 * @param patience how long a client may take nothing of what waits for it
 * @param lifetime after which a stream ends; the client's next one goes on where it ended
 */
@ConfigurationProperties("selfcascade.events")
record EventProperties(
        @DefaultValue("500") int clients,
        @DefaultValue("250ms") Duration poll,
        @DefaultValue("15s") Duration heartbeat,
        @DefaultValue("30s") Duration patience,
        @DefaultValue("15m") Duration lifetime) {

    EventProperties {
        require(clients >= 1, "clients: " + clients + " (expected at least 1)");
        require(poll.toMillis() >= 10, "poll: " + poll + " (expected at least 10ms)");
        require(heartbeat.compareTo(poll) >= 0, "heartbeat: " + heartbeat + " (expected at least poll " + poll + ")");
        require(patience.compareTo(poll) >= 0, "patience: " + patience + " (expected at least poll " + poll + ")");
        require(lifetime.compareTo(heartbeat) >= 0,
                "lifetime: " + lifetime + " (expected at least heartbeat " + heartbeat + ")");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.events." + what);
        }
    }
}
