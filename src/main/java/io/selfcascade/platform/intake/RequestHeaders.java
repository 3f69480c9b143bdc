package io.selfcascade.platform.intake;

import io.selfcascade.spec.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The CloudEvents attributes of a request that came by Kafka, in binary mode: headers beside a plain JSON body.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">the
 *     Kafka binding</a>
 */
final class RequestHeaders {

    static final String TYPE = "io.selfcascade.workload.requested";
    static final String CE_SPECVERSION = "ce_specversion";
    static final String CE_TYPE = "ce_type";
    static final String CE_SOURCE = "ce_source";
    static final String CE_ID = "ce_id";
    static final String CE_TIME = "ce_time";

    private RequestHeaders() {}

    /**
     * Who sent the request, and which of the sender's requests it is.
     *
     * @throws InvalidRequestException if source or id are missing or the source is a schedule's, or the record is an event of another type
     */
    static RequestIdentity identity(Headers headers) {
        String type = text(headers, CE_TYPE);
        if (type != null && !type.equals(TYPE)) {
            throw refused(CE_TYPE, Violation.Kind.INVALID_VALUE, "names another type of event (expected " + TYPE + ")");
        }
        String source = required(headers, CE_SOURCE);
        if (source.startsWith(RequestIdentity.SCHEDULES)) {
            throw refused(CE_SOURCE, Violation.Kind.INVALID_VALUE, "is kept for schedules (send a source of your own)");
        }
        return new RequestIdentity(source, required(headers, CE_ID));
    }

    private static String required(Headers headers, String name) {
        String value = text(headers, name);
        if (value == null) {
            throw refused(name, Violation.Kind.MISSING_FIELD, "is missing (source and id together make a request once)");
        }
        return value;
    }

    private static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        if (header == null || header.value() == null) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header.value())).toString();
        } catch (CharacterCodingException e) {
            throw refused(name, Violation.Kind.INVALID_VALUE, "is not UTF-8");
        }
    }

    private static InvalidRequestException refused(String header, Violation.Kind kind, String what) {
        return InvalidRequestException.of(ErrorCode.INVALID_REQUEST, "", kind, "Kafka header " + header + " " + what);
    }
}
