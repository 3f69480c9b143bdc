package io.selfcascade.platform.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts one message: to the address that was checked, over a connection of its own, without redirects, cookies, proxies or
 * attempts of its own, and with an end to everything the other side could draw out.
 */
final class WebhookClient implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WebhookClient.class);
    private static final int MOST_ANSWER_BYTES = 64 << 10;

    private final CloseableHttpClient http;
    private final InstantSource clock;
    private final long timeoutMillis;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "webhook-timer");
        thread.setDaemon(true);
        return thread;
    });

    WebhookClient(WebhookTargets targets, WebhookProperties properties, InstantSource clock) {
        Timeout patience = Timeout.of(properties.timeout());
        Http1Config bounds = Http1Config.custom().setMaxLineLength(8 << 10).setMaxHeaderCount(100).build();
        this.http = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(targets)
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder().http1Config(bounds)
                                .responseParserFactory(new DefaultHttpResponseParserFactory(bounds)).build())
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(Timeout.of(properties.connectTimeout())).setSocketTimeout(patience).build())
                        .setMaxConnTotal(properties.atOnce()).setMaxConnPerRoute(properties.atOnce())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(patience).setConnectionRequestTimeout(patience).build())
                // Another connection resolves and judges the name anew; a kept one would outlive a name that moved.
                .setConnectionReuseStrategy((request, response, context) -> false)
                .disableRedirectHandling().disableAutomaticRetries().disableCookieManagement().disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("Selfcascade-Webhooks/1")
                .build();
        this.clock = clock;
        this.timeoutMillis = properties.timeout().toMillis();
    }

    /** Sends a message, signed for this moment. @return how it went; whatever goes wrong outside is an answer too */
    Answer send(DueDelivery delivery) {
        HttpPost request = signed(delivery);
        ScheduledFuture<?> end = timer.schedule(request::cancel, timeoutMillis, TimeUnit.MILLISECONDS);
        try {
            ClassicHttpResponse response = http.executeOpen(null, request, null);
            leave(request, response);
            return Answer.of(response.getCode());
        } catch (WebhookTargets.ForbiddenAddressException e) {
            return Answer.none("address not allowed");
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            return Answer.none(request.isCancelled() ? "no answer in " + timeoutMillis + " ms" : describe(e));
        } finally {
            end.cancel(false);
        }
    }

    @Override
    public void close() throws IOException {
        timer.shutdownNow();
        http.close();
    }

    private HttpPost signed(DueDelivery delivery) {
        String id = "msg_" + delivery.messageId();
        long timestamp = clock.instant().getEpochSecond();
        HttpPost request = new HttpPost(delivery.url());
        request.setHeader("webhook-id", id);
        request.setHeader("webhook-timestamp", timestamp);
        request.setHeader("webhook-signature", delivery.secrets().stream()
                .map(secret -> secret.sign(id, timestamp, delivery.body())).collect(Collectors.joining(" ")));
        request.setEntity(new StringEntity(delivery.body(), ContentType.APPLICATION_JSON.withCharset(StandardCharsets.UTF_8)));
        return request;
    }

    /** The answer is its status, which is known; what else comes is read for good manners, and not for long. */
    private static void leave(HttpPost request, ClassicHttpResponse response) {
        try (response) {
            if (!isReadWhole(response.getEntity())) {
                request.cancel();
            }
        } catch (IOException e) {
            log.debug("webhook connection not closed cleanly", e);
        }
    }

    private static boolean isReadWhole(@Nullable HttpEntity entity) {
        if (entity == null) {
            return true;
        }
        byte[] buffer = new byte[8 << 10];
        try {
            InputStream in = entity.getContent();
            int total = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                total += count;
                if (total > MOST_ANSWER_BYTES) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Without addresses and without what the other side wrote. */
    private static String describe(Exception e) {
        String name = e.getClass().getSimpleName();
        return name.replaceAll("Exception$", "").replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }
}
