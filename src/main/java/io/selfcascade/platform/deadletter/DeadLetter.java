package io.selfcascade.platform.deadletter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A record that was refused, without the record itself.
 *
 * @param topic where it was refused, and where a redrive sends it
 * @param position partition and offset it had there, such as {@code 3@1207}; null if nobody noted it
 * @param code the error code it was refused with, in lower case
 * @param reason for people
 * @param valueBytes size of its value
 * @param cameFrom the dead letter that was redriven and became this one
 * @param sends how often the broker has taken it again; more than once only if a process died over it
 */
public record DeadLetter(
        long id,
        String topic,
        @Nullable String position,
        String code,
        String reason,
        int valueBytes,
        Instant cameAt,
        @Nullable Long cameFrom,
        DeadLetterState state,
        int sends,
        @Nullable Instant redrivenAt) {}
