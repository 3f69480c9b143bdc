package io.selfcascade.platform.role;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The role of this process. Read before beans exist, by {@link Role#of}; declared here like every setting. */
@ConfigurationProperties("selfcascade")
record RoleProperties(@DefaultValue("all") Role role) {
}
