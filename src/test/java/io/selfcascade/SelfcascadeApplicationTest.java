package io.selfcascade;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The whole platform in one process, on real servers. */
@PlatformTest
class SelfcascadeApplicationTest {

    @LocalServerPort
    private int port;

    @Test
    void startsInBothRolesOnAMigratedLedger(@Autowired JdbcClient jdbc) throws Exception {
        HttpResponse<String> health = HttpClient.newHttpClient().send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/health")).build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(health.body()).contains("\"status\":\"UP\"");
        assertThat(jdbc.sql("SELECT count(*) FROM flyway_schema_history WHERE NOT success").query(Integer.class).single())
                .isZero();
        assertThat(jdbc.sql("SELECT current_database()").query(String.class).single()).startsWith("test_");
    }
}
