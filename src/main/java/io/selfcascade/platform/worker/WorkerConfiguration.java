package io.selfcascade.platform.worker;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.message.Topics;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.platform.role.ConditionalOnWorker;
import java.time.Clock;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.kafka.autoconfigure.SslBundleSslEngineFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Wires the worker, where the process works. Nothing here knows a database. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWorker
@EnableConfigurationProperties({WorkerProperties.class, Topics.class})
class WorkerConfiguration {

    private static final int RUN_ID_DIGITS = 8;

    @Bean
    WorkerClients workerClients(Topics topics, KafkaProperties properties, KafkaConnectionDetails connection) {
        return new WorkerClients(
                topics,
                connected(properties.buildProducerProperties(), connection.getProducer()),
                connected(properties.buildConsumerProperties(), connection.getConsumer()),
                connected(properties.buildAdminProperties(), connection.getAdmin()));
    }

    @Bean
    EngineSource engineSource(ModelRegistry models, WorkerProperties properties) {
        return new DiffusionEngines(models, new ModelFolders(properties.modelCache()), properties.processor(),
                properties.threadsPerSlot(), properties.maxPixels());
    }

    @Bean
    ResidentEngines residentEngines(EngineSource engines, WorkerProperties properties) {
        return new ResidentEngines(engines, properties.residentModels());
    }

    @Bean
    Worker worker(WorkerProperties properties, WorkerClients clients, ArtifactStore store, ResidentEngines engines,
            Clock clock, Environment environment) {
        EngineSource source = engines.source();
        WorkerFacts facts = new WorkerFacts(properties.pool(), properties.slots(), source.device(), source.models());
        String id = properties.idOr(() -> DefaultWorkerId.of(environment));
        // Halting skips hooks that would wait for the very thread that hangs.
        return new Worker(() -> new WorkerIdentity(id, UUID.randomUUID()), properties, clients, facts,
                identity -> new StageRunner(identity, properties, store, engines, clock,
                        () -> UUID.randomUUID().toString().substring(0, RUN_ID_DIGITS)),
                clock, code -> Runtime.getRuntime().halt(code));
    }

    /** Connection details win over properties, as they do in Boot's own clients. */
    private static Map<String, Object> connected(
            Map<String, Object> settings, KafkaConnectionDetails.Configuration connection) {
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, connection.getBootstrapServers());
        if (connection.getSecurityProtocol() != null) {
            settings.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, connection.getSecurityProtocol());
        }
        SslBundle ssl = connection.getSslBundle();
        if (ssl != null) {
            settings.put(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, SslBundleSslEngineFactory.class);
            settings.put(SslBundle.class.getName(), ssl);
        }
        return settings;
    }
}
