package io.selfcascade.platform.intake;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.Retry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.listener.CommonErrorHandler;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer.HeaderNames.HeadersToAdd;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.transaction.TransactionException;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.ExponentialBackOff;
import org.springframework.util.backoff.FixedBackOff;
import tools.jackson.databind.json.JsonMapper;

/**
 * Decides what becomes of a record that could not be taken in. Is the record at fault, it goes to the {@code -dlt} topic at
 * once, with the reason, and the partition moves on. Is the database or the store down, the record waits: no
 * request is thrown away because the platform was ill. Anything unforeseen is tried three times, then goes the first way.
 */
final class RefusedRecords {

    static final String SUFFIX = "-dlt";
    static final String ERROR_CODE = "dlt_code";
    static final String ERROR_DETAIL = "dlt_reason";
    static final String VIOLATIONS = "dlt_violations";

    private static final Logger log = LoggerFactory.getLogger(RefusedRecords.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int SHOWN_VIOLATIONS = 20;
    private static final long UNFORESEEN_RETRIES = 2;
    private static final int ANY_PARTITION = -1;

    private RefusedRecords() {}

    /** @param deadLetterTopic where records at fault go */
    static CommonErrorHandler handler(
            KafkaOperations<byte[], byte[]> kafka, String deadLetterTopic, Duration retryAtLeast, Duration retryAtMost) {
        DeadLetterPublishingRecoverer deadLetters = new DeadLetterPublishingRecoverer(
                kafka, (message, failure) -> new TopicPartition(deadLetterTopic, ANY_PARTITION));
        // Ours say it as every dead letter does; a stack trace would tell senders about our inside and may outgrow a header.
        deadLetters.excludeHeader(HeadersToAdd.values());
        deadLetters.setHeadersFunction((message, failure) -> headers(message, failure));
        DefaultErrorHandler handler = new DefaultErrorHandler(deadLetters);
        // The records behind the refused one stay in memory; fetching them again would cost half a second each time.
        handler.setSeekAfterError(false);
        handler.setBackOffFunction((message, failure) -> backOff(failure, retryAtLeast, retryAtMost));
        return handler;
    }

    private static BackOff backOff(Exception failure, Duration atLeast, Duration atMost) {
        if (isIllness(failure)) {
            ExponentialBackOff patience = new ExponentialBackOff(atLeast.toMillis(), 2);
            patience.setMaxInterval(atMost.toMillis());
            return patience;
        }
        long retries = find(failure, CascadeException.class) == null ? UNFORESEEN_RETRIES : 0;
        return new FixedBackOff(atLeast.toMillis(), retries);
    }

    private static boolean isIllness(Exception failure) {
        CascadeException own = find(failure, CascadeException.class);
        if (own != null) {
            return own.code().retry() != Retry.NEVER;
        }
        DataAccessException data = find(failure, DataAccessException.class);
        return data != null && !(data instanceof DataIntegrityViolationException)
                && !(data instanceof InvalidDataAccessApiUsageException)
                || find(failure, TransactionException.class) != null;
    }

    private static Headers headers(ConsumerRecord<?, ?> message, Exception failure) {
        CascadeException own = find(failure, CascadeException.class);
        ErrorCode code = own == null ? ErrorCode.INTERNAL : own.code();
        String detail = own == null ? "Cannot take the record in: " + rootName(failure) : String.valueOf(own.getMessage());
        log.warn("request refused topic={} partition={} offset={} code={} detail={}", message.topic(), message.partition(),
                message.offset(), code, detail, own == null ? failure : null);
        Headers headers = new RecordHeaders();
        add(headers, "dlt_topic", message.topic());
        add(headers, "dlt_partition", Integer.toString(message.partition()));
        add(headers, "dlt_offset", Long.toString(message.offset()));
        add(headers, ERROR_CODE, code.name().toLowerCase(Locale.ROOT));
        add(headers, ERROR_DETAIL, detail);
        if (own instanceof InvalidRequestException request) {
            headers.add(VIOLATIONS, JSON.writeValueAsBytes(violations(request)));
        }
        return headers;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Map<String, String>> violations(InvalidRequestException request) {
        return request.violations().stream()
                .limit(SHOWN_VIOLATIONS)
                .map(violation -> Map.of(
                        "pointer", violation.pointer(), "code", violation.code(), "detail", violation.detail()))
                .toList();
    }

    private static String rootName(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName();
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }
}
