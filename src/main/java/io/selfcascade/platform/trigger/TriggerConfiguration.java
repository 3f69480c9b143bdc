package io.selfcascade.platform.trigger;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.ArtifactLedger;
import io.selfcascade.platform.dispatch.Loop;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.role.LifecyclePhase;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires what starts by the clock. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
class TriggerConfiguration {

    private static final Duration SEARCH_EVERY = Duration.ofSeconds(5);
    private static final Duration ORPHANS_EVERY = Duration.ofHours(24);

    @Bean
    Loop artifactCollectorLoop(ArtifactLedger ledger, ArtifactStore store, InstantSource clock) {
        ArtifactCollector collector = new ArtifactCollector(ledger, store, clock);
        return new Loop("artifact-collector", LifecyclePhase.COORDINATOR, SEARCH_EVERY, collector::collect);
    }

    @Bean
    Loop orphanCollectorLoop(ArtifactLedger ledger, ArtifactStore store, InstantSource clock) {
        OrphanCollector collector = new OrphanCollector(ledger, store, clock);
        return new Loop("orphan-collector", LifecyclePhase.COORDINATOR, ORPHANS_EVERY, collector::collect);
    }
}
