package io.selfcascade.platform.report;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the process tells of its work.
 *
 * @param progress whether a progress line goes to the terminal
 */
@ConfigurationProperties("selfcascade.report")
record ReportProperties(@DefaultValue("true") boolean progress) {}
