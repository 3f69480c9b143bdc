package io.selfcascade.platform.embedded;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether this process brings its own servers, and where their data lies.
 *
 * @param directory locked by one process at a time
 */
@ConfigurationProperties("selfcascade.embedded")
record EmbeddedProperties(@DefaultValue("true") boolean enabled, @DefaultValue("var") Path directory) {
}
