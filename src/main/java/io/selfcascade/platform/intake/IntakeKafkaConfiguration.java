package io.selfcascade.platform.intake;

import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.role.LifecyclePhase;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin.NewTopics;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.ContainerProperties.AckMode;

/** Wires the road by Kafka. Values stay bytes: the strict reader is the only one that interprets them. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnCoordinator
@EnableConfigurationProperties(SampleProperties.class)
class IntakeKafkaConfiguration {

    private static final String WEEK = "604800000";
    private static final String MONTH = "2592000000";

    @Bean
    NewTopics intakeTopics(IntakeProperties properties) {
        return new NewTopics(topic(properties.topic(), 1, WEEK), topic(properties.topic() + RefusedRecords.SUFFIX, 1, WEEK),
                topic(properties.topic() + WaitingRequests.SUFFIX, WaitingRequests.PARTITIONS, MONTH));
    }

    /** Takes requests one at a time; each offset is committed when the record is accepted or refused. */
    @Bean
    ConcurrentMessageListenerContainer<byte[], byte[]> workloadListenerContainer(
            ConsumerFactory<?, ?> boot,
            RequestSender sender,
            IntakeProperties properties,
            WorkloadRequestReader reader,
            WorkloadIntake intake) {
        return container("workload-intake", properties.topic(), properties.group(), 1,
                new WorkloadListener(reader, intake, new WaitingRequests(sender.kafka())), boot, sender, properties);
    }

    /** Tries requests that were beyond their tenants' quotas, each partition by itself. */
    @Bean
    ConcurrentMessageListenerContainer<byte[], byte[]> waitingRequestContainer(
            ConsumerFactory<?, ?> boot,
            RequestSender sender,
            IntakeProperties properties,
            WorkloadRequestReader reader,
            WorkloadIntake intake) {
        return container("waiting-intake", properties.topic() + WaitingRequests.SUFFIX, properties.group() + WaitingRequests.SUFFIX,
                WaitingRequests.PARTITIONS, new WorkloadListener(reader, intake, WorkloadListener.SetAside.STAYS), boot, sender,
                properties);
    }

    private static ConcurrentMessageListenerContainer<byte[], byte[]> container(
            String name, String topic, String group, int threads, WorkloadListener requests, ConsumerFactory<?, ?> boot,
            RequestSender sender, IntakeProperties properties) {
        ContainerProperties container = new ContainerProperties(topic);
        container.setGroupId(group);
        container.setAckMode(AckMode.RECORD);
        container.setMessageListener(requests);
        Map<String, Object> consumer = new HashMap<>(boot.getConfigurationProperties());
        // Requests that were sent before the first coordinator started count.
        consumer.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        consumer.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 50);
        ConcurrentMessageListenerContainer<byte[], byte[]> listener = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(consumer, new ByteArrayDeserializer(), new ByteArrayDeserializer()), container);
        listener.setConcurrency(threads);
        listener.setBeanName(name);
        listener.setPhase(LifecyclePhase.COORDINATOR);
        listener.setCommonErrorHandler(RefusedRecords.handler(
                sender.kafka(), properties.topic() + RefusedRecords.SUFFIX, properties.retryAtLeast(), properties.retryAtMost()));
        return listener;
    }

    @Bean(destroyMethod = "close")
    RequestSender requestSender(ProducerFactory<?, ?> boot) {
        return RequestSender.with(boot.getConfigurationProperties());
    }

    /** The sample, only where one command starts everything: elsewhere nobody asked for pictures. */
    @Bean
    @ConditionalOnExpression("${selfcascade.sample.enabled:true} and ${selfcascade.embedded.enabled:true}"
            + " and '${selfcascade.role:all}' == 'all'")
    SampleSubmission sampleSubmission(
            SampleProperties sample, IntakeProperties properties, RequestSender sender, InstantSource clock) {
        return new SampleSubmission(sample, properties, sender, clock);
    }

    private static NewTopic topic(String name, int partitions, String retention) {
        // To disk with every request: with a single broker an acknowledged one would else be lost with the power.
        return TopicBuilder.name(name).partitions(partitions).config("retention.ms", retention).config("flush.messages", "1").build();
    }
}
