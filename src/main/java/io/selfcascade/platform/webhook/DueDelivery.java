package io.selfcascade.platform.webhook;

import java.net.URI;
import java.util.List;
import java.util.UUID;

/**
 * A delivery that this process is to send now.
 *
 * @param claim what is reported of it counts only as long as nobody has claimed it since
 * @param attempts this one included
 * @param secrets that sign it; two while the receiver changes over
 */
record DueDelivery(
        long id, UUID messageId, UUID webhook, URI url, String body, int claim, int attempts, List<WebhookSecret> secrets) {

    DueDelivery {
        secrets = List.copyOf(secrets);
    }
}
