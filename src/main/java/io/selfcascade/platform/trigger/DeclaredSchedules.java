package io.selfcascade.platform.trigger;

import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.ScheduleRequest;
import io.selfcascade.platform.intake.ScheduleRequestReader;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Schedules that an operator keeps in files, read at every start of a coordinator. A file that has changed since it was last
 * read becomes the schedule of its name; one that has not leaves it as people have edited, paused or resumed it meanwhile.
 */
final class DeclaredSchedules {

    private static final Logger log = LoggerFactory.getLogger(DeclaredSchedules.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String EXTENSION = ".yml";

    private final Schedules schedules;
    private final List<Declaration> declarations;

    /** @throws CascadeException INVALID_SETTING if a file is no schedule, so that a mistake ends the start and not a night */
    DeclaredSchedules(Path folder, ScheduleRequestReader reader, Schedules schedules) {
        this.schedules = schedules;
        this.declarations = read(folder, reader);
    }

    /** Applies what has changed. Several coordinators may do so at once. */
    @EventListener(ApplicationStartedEvent.class)
    void apply() {
        for (Declaration declaration : declarations) {
            if (schedules.declare(RequestIdentity.DEFAULT_TENANT, declaration.request, declaration.content)) {
                log.info("schedule declared name={} file={} enabled={}", declaration.request.name(), declaration.file,
                        declaration.request.enabled());
            }
        }
    }

    private static List<Declaration> read(Path folder, ScheduleRequestReader reader) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Declaration> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(EXTENSION)).sorted().toList()) {
                byte[] content = Files.readAllBytes(file);
                found.add(new Declaration(file, request(file, content, reader), content));
            }
        } catch (IOException e) {
            throw invalid(folder, "not readable", e);
        }
        return List.copyOf(found);
    }

    private static ScheduleRequest request(Path file, byte[] content, ScheduleRequestReader reader) throws IOException {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        try {
            Object yaml = new Yaml(new SafeConstructor(strict)).load(new String(content, StandardCharsets.UTF_8));
            return reader.read(new ByteArrayInputStream(JSON.writeValueAsBytes(yaml)));
        } catch (YAMLException | InvalidRequestException e) {
            throw invalid(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static CascadeException invalid(Path file, String why, @Nullable Exception cause) {
        return new CascadeException(ErrorCode.INVALID_SETTING,
                "Invalid " + file + ": " + why + " (correct the file, or remove it)", cause);
    }

    private record Declaration(Path file, ScheduleRequest request, byte[] content) {}
}
