package io.selfcascade.platform.artifact.filesystem;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Where artifacts are kept.
 *
 * @param root folder that holds them; made when missing
 * @param reserve space on its volume that is never used, so that the machine stays usable when the store is full
 */
@ConfigurationProperties("selfcascade.artifact")
record ArtifactProperties(
        @DefaultValue("var/artifacts") Path root, @DefaultValue("256MB") DataSize reserve) {}
