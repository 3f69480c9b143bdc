package io.selfcascade.platform.embedded;

import static io.selfcascade.spec.ErrorCode.INFRASTRUCTURE_UNAVAILABLE;
import static io.selfcascade.spec.ErrorCode.INVALID_SETTING;

import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.platform.role.Role;
import io.selfcascade.spec.CascadeException;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Offers the embedded servers to Boot as connection details: what uses a database or a broker follows them, and is
 * closed before they are.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "selfcascade.embedded.enabled", matchIfMissing = true)
@EnableConfigurationProperties(EmbeddedProperties.class)
// Imported, not annotated as configurations: a scan would find those by themselves, without the condition above.
@Import({EmbeddedConfiguration.Owner.class, EmbeddedConfiguration.Guest.class})
class EmbeddedConfiguration {

    /** The process that coordinates owns the servers. */
    @ConditionalOnCoordinator
    static class Owner {

        @Bean
        EmbeddedInfrastructure embeddedInfrastructure(EmbeddedProperties settings, Environment environment) {
            Stream.of("spring.datasource.url", "spring.kafka.bootstrap-servers")
                    .filter(key -> isSet(environment, key)).findFirst().ifPresent(key -> {
                        throw new CascadeException(INVALID_SETTING, "Contradictory settings: " + key
                                + " names a server, but selfcascade.embedded.enabled brings its own (set "
                                + "selfcascade.embedded.enabled=false)");
                    });
            return EmbeddedInfrastructure.start(settings.directory());
        }

        @Bean
        JdbcConnectionDetails embeddedJdbcConnectionDetails(EmbeddedInfrastructure infrastructure) {
            EmbeddedEndpoints endpoints = infrastructure.endpoints();
            return new JdbcConnectionDetails() {
                @Override
                public String getJdbcUrl() {
                    return endpoints.jdbcUrl();
                }

                @Override
                public String getUsername() {
                    return endpoints.username();
                }

                @Override
                public String getPassword() {
                    return endpoints.password();
                }
            };
        }

        @Bean
        KafkaConnectionDetails embeddedKafkaConnectionDetails(EmbeddedInfrastructure infrastructure) {
            List<String> servers = List.of(infrastructure.endpoints().bootstrapServers());
            return () -> servers;
        }
    }

    /** A process that only works finds the coordinator's broker, unless it was given another. */
    @Conditional(GuestCondition.class)
    static class Guest {

        @Bean
        KafkaConnectionDetails embeddedKafkaConnectionDetails(EmbeddedProperties settings) {
            EmbeddedEndpoints endpoints = EmbeddedEndpoints.read(settings.directory()).orElseThrow(() ->
                    new CascadeException(INFRASTRUCTURE_UNAVAILABLE, "Cannot find a broker: "
                            + settings.directory().toAbsolutePath() + " holds no embedded.properties (start the "
                            + "coordinator first, or set spring.kafka.bootstrap-servers)"));
            return () -> List.of(endpoints.bootstrapServers());
        }
    }

    static class GuestCondition implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return Role.of(context.getEnvironment()) == Role.WORKER
                    && !isSet(context.getEnvironment(), "spring.kafka.bootstrap-servers");
        }
    }

    private static boolean isSet(Environment environment, String key) {
        return Binder.get(environment).bind(key, Bindable.listOf(String.class)).isBound();
    }
}
