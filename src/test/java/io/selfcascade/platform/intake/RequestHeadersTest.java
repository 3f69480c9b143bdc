package io.selfcascade.platform.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class RequestHeadersTest {

    @Test
    void nobodySendsInTheNameOfASchedule() {
        assertThat(RequestHeaders.identity(from("selfcascade/sample")).source()).isEqualTo("selfcascade/sample");
        assertThatThrownBy(() -> RequestHeaders.identity(from(RequestIdentity.SCHEDULES + "019ab000-0000-7000-8000-000000000001")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("kept for schedules");
    }

    private static RecordHeaders from(String source) {
        RecordHeaders headers = new RecordHeaders();
        headers.add(RequestHeaders.CE_SOURCE, source.getBytes(UTF_8));
        headers.add(RequestHeaders.CE_ID, "2026-11-25T02:30".getBytes(UTF_8));
        return headers;
    }
}
