package io.selfcascade.platform.worker;

import io.selfcascade.platform.role.Role;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.core.env.Environment;

/** What a worker is called if nobody named it. */
final class DefaultWorkerId {

    private static final int DIGITS = 8;

    private DefaultWorkerId() {}

    /**
     * The same after every restart where the process cannot have a twin: with embedded servers it holds the lock of their
     * directory, so the coordinator may end what its former self ran at once, not when the leases do. Elsewhere host and
     * process id, new each time: two living workers under one name would end each other's runs.
     */
    static String of(Environment environment) {
        boolean alone = Role.of(environment) == Role.ALL
                && environment.getProperty("selfcascade.embedded.enabled", Boolean.class, true);
        return alone
                ? host() + "-local-" + digest(Path.of(environment.getProperty("selfcascade.embedded.directory", "var")))
                : host() + "-" + ProcessHandle.current().pid();
    }

    /** Tells the directories of a host apart without showing them to everyone who lists workers. */
    private static String digest(Path directory) {
        String path = directory.toAbsolutePath().normalize().toString();
        try {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(path.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha256).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "-");
        } catch (UnknownHostException e) {
            return "worker";
        }
    }
}
