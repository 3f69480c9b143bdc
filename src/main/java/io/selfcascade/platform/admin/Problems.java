package io.selfcascade.platform.admin;

import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.FailureClass;
import io.selfcascade.spec.Retry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Every refusal as a problem (RFC 9457) with a stable {@code code}, whether trying again can help, and one entry per
 * mistake with its pointer. What went wrong inside is for the log.
 */
@RestControllerAdvice
class Problems extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);
    private static final String RETRY_AFTER_SECONDS = "5";
    private static final String QUOTA_RETRY_AFTER_SECONDS = "60";

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refused(InvalidRequestException e) {
        return answer(status(e.code()), e.code(), e.getMessage(), e.violations());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refused(CascadeException e) {
        HttpStatus status = status(e.code());
        if (status.is5xxServerError() && e.code() != ErrorCode.TOO_MANY_STREAMS) {
            log.error("request failed code={}", e.code(), e);
        }
        return answer(status, e.code(), e.getMessage(), List.of());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> mistyped(MethodArgumentTypeMismatchException e) {
        Violation violation = new Violation("/" + e.getName(), Violation.Kind.WRONG_TYPE, "Invalid " + e.getName() + ": "
                + e.getValue() + " (expected " + (e.getRequiredType() == null ? "another type"
                        : e.getRequiredType().getSimpleName().toLowerCase(Locale.ROOT)) + ")");
        return answer(HttpStatus.BAD_REQUEST, ErrorCode.INVALID_REQUEST, violation.detail(), List.of(violation));
    }

    /** The database does not answer: nothing was accepted, and trying again is right. */
    @ExceptionHandler({DataAccessException.class, CannotCreateTransactionException.class})
    ResponseEntity<ProblemDetail> unavailable(Exception e) {
        log.error("request failed code=database_unavailable", e);
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE, "The ledger does not answer; nothing was accepted (try again)");
        problem.setProperty("code", "database_unavailable");
        problem.setProperty("retryable", true);
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .body(problem);
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unexpected(Exception e) {
        log.error("request failed code=internal", e);
        return answer(HttpStatus.INTERNAL_SERVER_ERROR, ErrorCode.INTERNAL, "Unexpected failure (see the server's log)",
                List.of());
    }

    /** Refusals of Spring MVC itself: unknown path, wrong method, wrong content type. */
    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception e, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ResponseEntity<Object> answer = super.handleExceptionInternal(e, body, headers, status, request);
        if (answer != null && answer.getBody() instanceof ProblemDetail problem) {
            HttpStatus known = HttpStatus.resolve(status.value());
            problem.setProperty("code", known == null ? "http_" + status.value() : known.name().toLowerCase(Locale.ROOT));
            problem.setProperty("retryable", false);
        }
        return answer;
    }

    private static ResponseEntity<ProblemDetail> answer(
            HttpStatus status, ErrorCode code, String detail, List<Violation> violations) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setProperty("code", code.name().toLowerCase(Locale.ROOT));
        problem.setProperty("retryable", code.retry() != Retry.NEVER);
        if (!violations.isEmpty()) {
            problem.setProperty("errors", violations.stream()
                    .map(v -> Map.of("pointer", v.pointer(), "code", v.code(), "detail", v.detail()))
                    .toList());
        }
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(status);
        if (status == HttpStatus.TOO_MANY_REQUESTS) {
            // What is open must end first, which takes minutes.
            answer.header(HttpHeaders.RETRY_AFTER, QUOTA_RETRY_AFTER_SECONDS);
        } else if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return answer.body(problem);
    }

    private static HttpStatus status(ErrorCode code) {
        return switch (code) {
            case NOT_FOUND -> HttpStatus.NOT_FOUND;
            case CONFLICT, NO_DRAFT -> HttpStatus.CONFLICT;
            case QUOTA_EXCEEDED -> HttpStatus.TOO_MANY_REQUESTS;
            case VERSION_MISMATCH -> HttpStatus.PRECONDITION_FAILED;
            case TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
            case INVALID_SIZE, INVALID_STAGE, INVALID_IMAGE, KEY_REUSED -> HttpStatus.UNPROCESSABLE_CONTENT;
            case STORAGE_FULL, EXCEEDS_STORAGE -> HttpStatus.INSUFFICIENT_STORAGE;
            case MODEL_UNAVAILABLE, INFRASTRUCTURE_UNAVAILABLE, TOO_MANY_STREAMS -> HttpStatus.SERVICE_UNAVAILABLE;
            default -> code.failureClass() == FailureClass.INVALID
                    ? HttpStatus.BAD_REQUEST
                    : HttpStatus.INTERNAL_SERVER_ERROR;
        };
    }
}
