package io.selfcascade.platform.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.intake.InvalidRequestException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookTargetsTest {

    private final TestNames names = new TestNames();
    private final WebhookTargets targets = new WebhookTargets(names, false);

    @ParameterizedTest
    @ValueSource(strings = {
        "http://example.org/", "ftp://example.org/", "https://localhost/", "https://db/", "https://printer.local/",
        "https://metadata.google.internal/", "https://127.0.0.1/", "https://10.0.0.1:8443/", "https://169.254.169.254/latest",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[fd00::1]/", "https://2130706433/"
    })
    void refusesWhatNamesAPrivatePlaceOutright(String url) {
        assertThatThrownBy(() -> targets.requireAllowed(URI.create(url)))
                .isInstanceOfSatisfying(InvalidRequestException.class,
                        e -> assertThat(e.violations()).extracting("pointer").containsExactly("/url"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.org/", "https://example.org:8443/a?b=c", "https://1.1.1.1/", "https://[2606:4700::1111]/"})
    void takesWhatMayBeOutside(String url) {
        assertThatCode(() -> targets.requireAllowed(URI.create(url))).doesNotThrowAnyException();
    }

    @Test
    void closedNetworksMayAllowThemselves() {
        WebhookTargets open = new WebhookTargets(names, true);

        assertThatCode(() -> open.requireAllowed(URI.create("http://10.0.0.1/"))).doesNotThrowAnyException();
        assertThatThrownBy(() -> open.requireAllowed(URI.create("file:///etc/passwd"))).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void connectsOnlyWhereEveryAddressOfTheNameIsPublic() throws UnknownHostException {
        names.answer("one.example", "8.8.8.8", "2606:4700::1111");
        names.answer("two.example", "8.8.8.8", "127.0.0.1");
        names.answer("three.example", "::ffff:10.0.0.1");

        assertThat(targets.resolve("one.example")).extracting(InetAddress::getHostAddress)
                .containsExactly("8.8.8.8", "2606:4700:0:0:0:0:0:1111");
        assertThatThrownBy(() -> targets.resolve("two.example")).isInstanceOf(UnknownHostException.class)
                .hasMessage("address not allowed");
        assertThatThrownBy(() -> targets.resolve("three.example")).isInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> targets.resolve("none.example")).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void judgesANameAnewEachTime() throws UnknownHostException {
        names.answer("turns.example", "8.8.8.8");
        assertThat(targets.resolve("turns.example")).hasSize(1);
        names.answer("turns.example", "127.0.0.1");

        assertThatThrownBy(() -> targets.resolve("turns.example")).hasMessage("address not allowed");
    }
}
