package io.selfcascade.platform.admin;

import io.selfcascade.platform.dispatch.WorkloadEvents;
import io.selfcascade.spec.CascadeException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Streams behind the platform's own web server, with a clock and rounds that a test moves. */
final class StreamServer extends HttpServlet implements AutoCloseable {

    private static final long serialVersionUID = 1L;

    final transient EventStreams streams;
    private final transient AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final transient Tomcat tomcat = new Tomcat();

    StreamServer(JdbcClient jdbc, int clients, Path folder) throws LifecycleException {
        EventProperties properties = new EventProperties(clients, Duration.ofMillis(250), Duration.ofSeconds(15),
                Duration.ofSeconds(30), Duration.ofMinutes(15));
        streams = new EventStreams(new WorkloadEvents(jdbc), properties, now::get);
        tomcat.setSilent(true);
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        // Of requests; streams must outlive it.
        tomcat.getConnector().setProperty("connectionTimeout", "2000");
        // Small, so that a reader who stops is soon felt.
        tomcat.getConnector().setProperty("socket.txBufSize", "4096");
        StandardContext context = (StandardContext) tomcat.addContext("", folder.toString());
        // It looks for threads its application has left, and takes those of the tests for such.
        context.setClearReferencesThreadLocals(false);
        context.setClearReferencesRmiTargets(false);
        Wrapper servlet = Tomcat.addServlet(context, "streams", this);
        servlet.setAsyncSupported(true);
        context.addServletMappingDecoded("/", "streams");
        tomcat.start();
        streams.round();
    }

    int port() {
        return tomcat.getConnector().getLocalPort();
    }

    /** Connections it has open, and the one it may be waiting for. */
    String connections() {
        return String.valueOf(tomcat.getConnector().getProperty("connectionCount"));
    }

    /** Lets time pass and has the loop look once. */
    void round(Duration later) {
        now.updateAndGet(instant -> instant.plus(later));
        streams.round();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String last = request.getHeader("Last-Event-ID");
        try {
            streams.open(UUID.fromString(request.getRequestURI().substring(1)), last == null ? null : Long.valueOf(last),
                    request, response);
        } catch (CascadeException e) {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, e.code().name());
        }
    }

    @Override
    public void close() throws LifecycleException {
        streams.end();
        tomcat.stop();
        tomcat.destroy();
    }
}
