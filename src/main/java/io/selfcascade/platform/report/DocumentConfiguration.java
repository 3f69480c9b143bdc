package io.selfcascade.platform.report;

import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.StagePlans;
import io.selfcascade.platform.intake.Workloads;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the documents of a workload, which the job stores and the API streams. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
class DocumentConfiguration {

    @Bean
    ResultDocuments resultDocuments(Workloads workloads, RunLedger runs, ItemLedger items, StagePlans plans) {
        return new ResultDocuments(workloads, runs, items, plans);
    }
}
