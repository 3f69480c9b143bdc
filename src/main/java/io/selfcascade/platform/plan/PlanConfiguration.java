package io.selfcascade.platform.plan;

import io.selfcascade.platform.role.ConditionalOnCoordinator;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the planner where workloads are accepted. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(PlanProperties.class)
class PlanConfiguration {

    @Bean
    WorkloadPlanner workloadPlanner(PlanProperties properties) {
        return new WorkloadPlanner(properties.settings());
    }
}
