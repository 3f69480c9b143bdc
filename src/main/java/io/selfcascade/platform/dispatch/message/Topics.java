package io.selfcascade.platform.dispatch.message;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The names of every Kafka topic and group of one installation.
 *
 * @param prefix begins all of them; installations that share a Kafka cluster differ in it, coordinators and workers of one
 *     installation agree in it
 */
@ConfigurationProperties("selfcascade.topics")
public record Topics(@DefaultValue(Topics.PREFIX) String prefix) {

    static final String PREFIX = "selfcascade";

    public static final Topics DEFAULT = new Topics(PREFIX);

    public Topics {
        if (!prefix.matches("[a-z0-9][a-z0-9.-]{0,63}")) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.topics.prefix: " + prefix
                    + " (expected at most 64 lower-case letters, digits, dots and dashes)");
        }
    }

    public String workloads() {
        return prefix + ".workloads.v1";
    }

    public String taskEvents() {
        return prefix + ".task-events.v1";
    }

    public String workers() {
        return prefix + ".workers.v1";
    }

    public String control() {
        return prefix + ".control.v1";
    }

    public String workloadEvents() {
        return prefix + ".workload-events.v1";
    }

    /** The group in which the coordinators divide what workers report. */
    public String ledgerGroup() {
        return prefix + ".ledger";
    }

    public String tasks(String pool) {
        return taskGroup(pool) + ".v1";
    }

    /** The share group in which the workers of a pool divide its task messages. */
    public String taskGroup(String pool) {
        return prefix + ".tasks." + pool;
    }

    public static String deadLetters(String topic) {
        return topic + "-dlt";
    }
}
