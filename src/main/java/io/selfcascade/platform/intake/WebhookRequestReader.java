package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.INVALID_VALUE;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the body of a webhook strictly. Whether its address may be reached is not decided here. */
public final class WebhookRequestReader {

    private static final int MOST_URL = 2_048;
    private static final int MOST_EVENTS = 16;

    private final IntakeLimits limits;

    public WebhookRequestReader(IntakeLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads a new webhook: its {@code url} is required.
     *
     * @throws InvalidRequestException INVALID_REQUEST with the pointer of every mistake, or TOO_LARGE
     * @throws IOException if the stream cannot be read
     */
    public WebhookRequest read(InputStream body) throws IOException {
        return read(body, true);
    }

    /** Reads an edit: what it does not name stays. As {@link #read(InputStream)} otherwise. */
    public WebhookRequest readEdit(InputStream body) throws IOException {
        return read(body, false);
    }

    private WebhookRequest read(InputStream body, boolean isNew) throws IOException {
        Violations violations = new Violations();
        JsonFields fields = StrictJson.read(body, limits.bodyBytes(), violations);
        violations.throwIfAny();
        if (isNew) {
            fields.require("url", "the address to be told, such as https://example.org/selfcascade");
        }
        WebhookRequest request = new WebhookRequest(url(fields), events(fields), isNew ? null : fields.flag("enabled"));
        fields.refuseUnread();
        violations.throwIfAny();
        return request;
    }

    private static @Nullable URI url(JsonFields fields) {
        String text = fields.text("url", MOST_URL);
        if (text == null) {
            return null;
        }
        try {
            URI url = new URI(text);
            if (url.isAbsolute() && url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        fields.refuse("url", INVALID_VALUE,
                "Not an address to post to (expected https, a host, no user, no fragment: https://example.org/selfcascade)");
        return null;
    }

    private static @Nullable List<String> events(JsonFields fields) {
        List<String> events = fields.texts("events", MOST_EVENTS);
        if (events != null && events.isEmpty()) {
            fields.refuse("events", INVALID_VALUE, "No events (leave the field out to hear of every end)");
        }
        return events;
    }
}
