package io.selfcascade.platform.dispatch.message;


/** The names of every Kafka topic and group of the platform. */
public final class Topics {

    public static final String WORKLOADS = "selfcascade.workloads.v1";
    public static final String TASK_EVENTS = "selfcascade.task-events.v1";
    public static final String WORKERS = "selfcascade.workers.v1";
    public static final String CONTROL = "selfcascade.control.v1";
    public static final String WORKLOAD_EVENTS = "selfcascade.workload-events.v1";
    public static final String LEDGER_GROUP = "selfcascade.ledger";

    private Topics() {}

    public static String tasks(String pool) {
        return "selfcascade.tasks." + pool + ".v1";
    }

    /** The share group in which the workers of a pool divide its task messages. */
    public static String taskGroup(String pool) {
        return "selfcascade.tasks." + pool;
    }

    public static String deadLetters(String topic) {
        return topic + "-dlt";
    }
}
