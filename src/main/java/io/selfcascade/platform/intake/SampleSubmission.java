package io.selfcascade.platform.intake;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.io.ClassPathResource;

/**
 * Submits the sample on every start, through Kafka like anybody's workload. The event's id is the digest of the
 * request: an unchanged sample is known already, an edited one runs as a new workload.
 */
final class SampleSubmission {

    static final String SOURCE = "selfcascade/sample";
    private static final String NAME = "sample";
    private static final int PRIORITY = 5;
    private static final Logger log = LoggerFactory.getLogger(SampleSubmission.class);

    private final SampleProperties sample;
    private final IntakeProperties intake;
    private final RequestSender sender;
    private final InstantSource clock;

    SampleSubmission(SampleProperties sample, IntakeProperties intake, RequestSender sender, InstantSource clock) {
        this.sample = sample;
        this.intake = intake;
        this.sender = sender;
        this.clock = clock;
    }

    @EventListener(ApplicationReadyEvent.class)
    void submit() {
        WorkloadRequest request = request();
        String id = HexFormat.of().formatHex(RequestDigest.of(request));
        sender.send(intake.topic(), SOURCE, id, clock.instant(), RequestJson.write(request))
                .whenComplete((sent, failure) -> {
                    if (failure == null) {
                        log.info("sample submitted topic={} id={}", intake.topic(), id);
                    } else {
                        log.error("sample not submitted topic={} id={}", intake.topic(), id, failure);
                    }
                });
    }

    /** @throws CascadeException INVALID_SETTING if the file is missing or a line is no item */
    WorkloadRequest request() {
        return new WorkloadRequest(
                NAME, RequestIdentity.DEFAULT_TENANT, sample.model(), CascadeRequest.of(sample.preset(), ImageSize.square(sample.side())), items(), null,
                PRIORITY, false, null, 0L, null, Determinism.STANDARD, null, null);
    }

    private List<ItemRequest> items() {
        List<ItemRequest> items = new ArrayList<>();
        ItemParser parser = new ItemParser(intake.limits());
        try (ItemLines lines = new ItemLines(open(), intake.limits())) {
            for (RawItem raw = lines.next(); raw != null; raw = lines.next()) {
                ParsedItem parsed = parser.parse(0, raw);
                if (parsed instanceof RefusedItem refused) {
                    throw invalid(refused.detail(), null);
                }
                AcceptedItem item = (AcceptedItem) parsed;
                items.add(new ItemRequest(
                        item.customId(), item.prompt(), item.negativePrompt(), item.seed(), item.initImage()));
            }
        } catch (IOException e) {
            throw invalid("not readable", e);
        }
        return items;
    }

    private InputStream open() throws IOException {
        Path file = Path.of(sample.items());
        return Files.exists(file) ? Files.newInputStream(file) : new ClassPathResource(sample.items()).getInputStream();
    }

    private CascadeException invalid(String why, @Nullable Exception cause) {
        return new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.sample.items: " + sample.items() + ": "
                + why + " (correct the file, or set selfcascade.sample.enabled=false)", cause);
    }
}
