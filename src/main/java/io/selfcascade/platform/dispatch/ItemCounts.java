package io.selfcascade.platform.dispatch;

/** Items of a workload by state. */
public record ItemCounts(long pending, long completed, long failed, long cancelled) {

    public long total() {
        return pending + completed + failed + cancelled;
    }
}
