package io.selfcascade.platform.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.CascadeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.mock.env.MockEnvironment;

class UnknownSettingsTest {

    /** One of everything a settings record may hold. */
    @ConfigurationProperties("selfcascade.example")
    record ExampleProperties(Duration leaseTtl, Nested nested, List<Nested> many, Map<String, Nested> named) {
        record Nested(int size) {
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "selfcascade.role", "selfcascade.embedded.directory", "selfcascade.example.lease-ttl", "selfcascade.example.leaseTtl",
        "selfcascade.example.nested.size", "selfcascade.example.many[0].size", "selfcascade.example.named.anything.size",
    })
    void acceptsWhatSomeRecordReads(String key) {
        assertThatCode(() -> check(new MockEnvironment().withProperty(key, "1"))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "selfcascade.rolle, did you mean selfcascade.role?",
        "selfcascade.embeded.directory, did you mean selfcascade.embedded.directory?",
        "selfcascade.example.lease, did you mean selfcascade.example.lease-ttl?",
        "selfcascade.example.nested.sise, did you mean selfcascade.example.nested.size?",
        "selfcascade.weather, config/application.yml lists every setting",
    })
    void refusesWhatNobodyReadsAndSaysWhatWasMeant(String key, String remedy) {
        assertThatThrownBy(() -> check(new MockEnvironment().withProperty(key, "1")))
                .isInstanceOf(CascadeException.class)
                .hasMessage("Unknown setting: " + key + " (" + remedy + ")");
    }

    @Test
    void readsEnvironmentVariablesTheWayBootDoes() {
        assertThatCode(() -> check(environment("SELFCASCADE_EXAMPLE_LEASETTL"))).doesNotThrowAnyException();
        assertThatCode(() -> check(environment("SELFCASCADE_EXAMPLE_LEASE_TTL"))).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(environment("SELFCASCADE_EXAMPLE_LEESTTL"))).isInstanceOf(CascadeException.class);
    }

    @Test
    void leavesTheKeysOfOthersAlone() {
        assertThatCode(() -> check(new MockEnvironment().withProperty("spring.colour", "1"))).doesNotThrowAnyException();
    }

    @Test
    void refusesToListenBeyondThisMachineByAccident() {
        ClosedNetwork closed = new ClosedNetwork();
        SpringApplication application = new SpringApplication();

        for (String address : List.of("0.0.0.0", "", "192.0.2.7")) {
            assertThatThrownBy(() -> closed.postProcessEnvironment(
                    new MockEnvironment().withProperty("server.address", address), application))
                    .isInstanceOf(CascadeException.class).hasMessageContaining("selfcascade.network.open=true");
        }
        for (String address : List.of("127.0.0.1", "::1", "localhost")) {
            assertThatCode(() -> closed.postProcessEnvironment(
                    new MockEnvironment().withProperty("server.address", address), application)).doesNotThrowAnyException();
        }
        assertThatCode(() -> closed.postProcessEnvironment(new MockEnvironment().withProperty("server.address", "0.0.0.0")
                .withProperty("selfcascade.network.open", "true"), application)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"lease, lease, 0", "lease, leese, 1", "lease, leas, 1", "'', abc, 3", "kitten, sitting, 3"})
    void countsTheLettersBetweenTwoWords(String from, String to, int distance) {
        assertThat(Spelling.distance(from, to)).isEqualTo(distance);
        assertThat(Spelling.distance(to, from)).isEqualTo(distance);
    }

    private static void check(ConfigurableEnvironment environment) {
        new UnknownSettings().postProcessEnvironment(environment, new SpringApplication());
    }

    private static ConfigurableEnvironment environment(String variable) {
        ConfigurableEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().forEach(source -> environment.getPropertySources().remove(source.getName()));
        environment.getPropertySources().addFirst(new MapPropertySource("none", Map.of()));
        environment.getPropertySources().addFirst(new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.of(variable, "1")));
        return environment;
    }
}
