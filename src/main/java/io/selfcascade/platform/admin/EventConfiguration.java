package io.selfcascade.platform.admin;

import io.selfcascade.platform.dispatch.Loop;
import io.selfcascade.platform.dispatch.WorkloadEvents;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the streams of events. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(EventProperties.class)
class EventConfiguration {

    @Bean
    EventStreams eventStreams(WorkloadEvents events, EventProperties properties, InstantSource clock) {
        return new EventStreams(events, properties, clock);
    }

    /** Stops before the web server, which waits for the requests in flight. */
    @Bean
    Loop eventStreamsLoop(EventStreams streams, EventProperties properties) {
        return new Loop("event-streams", SmartLifecycle.DEFAULT_PHASE, properties.poll(), streams);
    }
}
