package io.selfcascade.platform.settings;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may reach this process.
 *
 * @param open true where something in front of it asks who is calling; without, only this machine may call
 */
@ConfigurationProperties("selfcascade.network")
record NetworkProperties(@DefaultValue("false") boolean open) {
}
