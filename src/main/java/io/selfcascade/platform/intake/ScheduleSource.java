package io.selfcascade.platform.intake;

/** What each run of a schedule is made of. */
public sealed interface ScheduleSource {

    /**
     * The same workload every time.
     *
     * @param workload whose name may contain {@code {date}}
     */
    record Template(WorkloadRequest workload) implements ScheduleSource {}

    /**
     * Files that are workload requests, each taken once.
     *
     * @param path an allowed local folder or a prefix of the artifact store; may contain {@code {date}}
     */
    record Folder(String path) implements ScheduleSource {}

    /**
     * Records of a Kafka topic that are items, collected since the last run into one workload.
     *
     * @param workload without items
     */
    record Topic(String name, WorkloadRequest workload) implements ScheduleSource {}
}
