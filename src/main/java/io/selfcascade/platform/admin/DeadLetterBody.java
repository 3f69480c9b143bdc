package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.deadletter.DeadLetter;
import io.selfcascade.platform.deadletter.DeadRecord;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A dead letter as JSON; one alone with its record. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record DeadLetterBody(
        String id,
        String topic,
        @Nullable String position,
        String code,
        String reason,
        String state,
        @JsonProperty("came_at") Instant cameAt,
        @JsonProperty("came_from") @Nullable String cameFrom,
        int sends,
        @JsonProperty("redriven_at") @Nullable Instant redrivenAt,
        @JsonProperty("value_bytes") int valueBytes,
        @Nullable Content key,
        @Nullable Content value,
        @Nullable List<HeaderBody> headers,
        Map<String, String> links) {

    static DeadLetterBody of(DeadLetter letter) {
        return of(letter, null);
    }

    static DeadLetterBody of(DeadLetter letter, @Nullable DeadRecord content) {
        String self = "/v1/dead-letters/" + letter.id();
        return new DeadLetterBody(Long.toString(letter.id()), letter.topic(), letter.position(), letter.code(), letter.reason(),
                letter.state().stored(), letter.cameAt(), letter.cameFrom() == null ? null : letter.cameFrom().toString(),
                letter.sends(), letter.redrivenAt(), letter.valueBytes(),
                content == null ? null : Content.of(content.key()), content == null ? null : Content.of(content.value()),
                content == null ? null : content.headers().stream()
                        .map(header -> new HeaderBody(header.name(), Content.of(header.value()))).toList(),
                Map.of("self", self, "redrive", self + "/redrive"));
    }

    /** Bytes, as text if they are UTF-8, else in base64. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Content(@Nullable String text, @Nullable String base64) {

        static @Nullable Content of(byte @Nullable [] bytes) {
            if (bytes == null) {
                return null;
            }
            try {
                return new Content(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), null);
            } catch (CharacterCodingException e) {
                return new Content(null, Base64.getEncoder().encodeToString(bytes));
            }
        }
    }

    /** A header of the record; names may repeat. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record HeaderBody(String name, @Nullable Content value) {}
}
