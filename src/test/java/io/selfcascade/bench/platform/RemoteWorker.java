package io.selfcascade.bench.platform;

import io.selfcascade.platform.artifact.Sha256Stream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.support.ListItemReader;
import org.springframework.batch.integration.partition.StepExecutionRequest;
import org.springframework.batch.integration.partition.StepExecutionRequestHandler;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.MapPropertySource;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.kafka.dsl.Kafka;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;

/**
 * The worker process of {@link RemotePartitioning}: as many consumers as the platform's worker has slots, each running one
 * partition's step at a time, in chunks of 64 items.
 */
@EnableIntegration
class RemoteWorker {

    private static final int TOGETHER = 64;

    /** Arguments: broker, JDBC address, user, password. */
    public static void main(String[] arguments) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("arguments", Map.of("broker", arguments[0],
                "url", arguments[1], "user", arguments[2], "password", arguments[3])));
        context.register(RemoteWorker.class);
        context.refresh();
        context.registerShutdownHook();
    }

    @Bean
    RemoteSteps steps(@Value("${url}") String url, @Value("${user}") String user, @Value("${password}") String password) {
        return RemoteSteps.open(url, user, password);
    }

    @Bean
    StepExecutionRequestHandler handler(RemoteSteps steps) {
        StepExecutionRequestHandler handler = new StepExecutionRequestHandler();
        handler.setJobRepository(steps.repository());
        // A step of its own for every request: readers hold a place.
        handler.setStepLocator(name -> step(steps));
        return handler;
    }

    @Bean
    IntegrationFlow requests(@Value("${broker}") String broker, StepExecutionRequestHandler handler) {
        ContainerProperties properties = new ContainerProperties(RemoteSteps.TOPIC);
        properties.setGroupId("baseline-workers");
        ConcurrentMessageListenerContainer<Long, Long> container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(Map.of("bootstrap.servers", broker, "auto.offset.reset", "earliest",
                        "max.poll.records", 1), new LongDeserializer(), new LongDeserializer()), properties);
        container.setConcurrency(RemoteSteps.WORKERS);
        return IntegrationFlow.from(Kafka.messageDrivenChannelAdapter(container))
                .transform(Long.class, id -> new StepExecutionRequest(RemoteSteps.STEP, id))
                .handle(handler)
                .nullChannel();
    }

    private static Step step(RemoteSteps steps) {
        RangeReader reader = new RangeReader(steps);
        return new StepBuilder(RemoteSteps.STEP, steps.repository()).<Long, Result>chunk(TOGETHER)
                .transactionManager(steps.transactions())
                .reader(reader::read)
                .processor(RemoteWorker::work)
                .writer(results -> write(steps, results))
                .listener(reader)
                .build();
    }

    private static Result work(Long id) {
        return new Result(id, HexFormat.of().parseHex(Sha256Stream.digest(ByteBuffer.allocate(64).putLong(id).array())));
    }

    private static void write(RemoteSteps steps, Chunk<? extends Result> results) {
        Long[] ids = results.getItems().stream().map(Result::id).toArray(Long[]::new);
        steps.jdbc().sql("""
                UPDATE baseline_item i SET state = 'completed', result_sha256 = r.sha
                  FROM unnest(:ids, :results) AS r(id, sha) WHERE i.id = r.id
                """).param("ids", ids).param("results", results.getItems().stream().map(Result::sha256).toArray(byte[][]::new)).update();
        steps.jdbc().sql("INSERT INTO baseline_attempt (item_id, state) SELECT id, 'succeeded' FROM unnest(:ids) AS i(id)")
                .param("ids", ids).update();
    }

    private record Result(long id, byte[] sha256) {}

    /** Reads the items of the partition its step was told in the execution context, when the step begins. */
    private static final class RangeReader implements StepExecutionListener {

        private final RemoteSteps steps;
        private ListItemReader<Long> items = new ListItemReader<>(List.of());

        RangeReader(RemoteSteps steps) {
            this.steps = steps;
        }

        @Override
        public void beforeStep(StepExecution execution) {
            ExecutionContext context = execution.getExecutionContext();
            items = new ListItemReader<>(steps.jdbc()
                    .sql("SELECT id FROM baseline_item WHERE id >= :from AND id < :until AND state = 'ready' ORDER BY id")
                    .param("from", context.getLong(RemoteSteps.FROM)).param("until", context.getLong(RemoteSteps.UNTIL))
                    .query(Long.class).list());
        }

        @Nullable Long read() {
            return items.read();
        }
    }
}
