package io.selfcascade.platform.intake;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What is taken in, and how much of it.
 *
 * @param topic whose records are workload requests; refused ones go to the topic of this name and {@code -dlt}
 * @param group of the coordinators that share the topic
 * @param localFolders below which requests may name files by path; only in embedded mode
 * @param retryAtLeast pause before a record is tried again while database or store are down
 * @param retryAtMost longest such pause
 */
@ConfigurationProperties("selfcascade.intake")
record IntakeProperties(
        @DefaultValue("selfcascade.workloads.v1") String topic,
        @DefaultValue("selfcascade.intake") String group,
        @DefaultValue("2MB") DataSize maxBody,
        @DefaultValue("64KB") DataSize maxLine,
        @DefaultValue("1000000") int maxItems,
        @DefaultValue("32000") int maxPromptCharacters,
        @DefaultValue("200MB") DataSize maxFile,
        @DefaultValue("67108864") long maxPixels,
        @DefaultValue({"config", "var/uploads"}) List<String> localFolders,
        @DefaultValue("500ms") Duration retryAtLeast,
        @DefaultValue("10s") Duration retryAtMost) {

    private static final long MOST_BODY = 64L << 20;

    IntakeProperties {
        localFolders = List.copyOf(localFolders);
        require(maxBody.toBytes() >= 1024 && maxBody.toBytes() <= MOST_BODY, "max-body: " + maxBody + " (expected 1KB to 64MB)");
        require(maxLine.toBytes() >= 1024 && maxLine.toBytes() <= MOST_BODY, "max-line: " + maxLine + " (expected 1KB to 64MB)");
        require(maxItems >= 1, "max-items: " + maxItems + " (expected at least 1)");
        require(maxPromptCharacters >= 1 && maxPromptCharacters <= 65_536,
                "max-prompt-characters: " + maxPromptCharacters + " (expected 1 to 65536)");
        require(maxPixels >= 1, "max-pixels: " + maxPixels + " (expected at least 1)");
        require(retryAtLeast.toMillis() >= 1 && retryAtMost.compareTo(retryAtLeast) >= 0,
                "retry-at-most: " + retryAtMost + " (expected no less than retry-at-least, " + retryAtLeast + ")");
    }

    IntakeLimits limits() {
        return new IntakeLimits(
                maxBody.toBytes(), (int) maxLine.toBytes(), maxItems, maxPromptCharacters, maxFile.toBytes(), maxPixels);
    }

    List<Path> localRoots() {
        return localFolders.stream().map(Path::of).toList();
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.intake." + what);
        }
    }
}
