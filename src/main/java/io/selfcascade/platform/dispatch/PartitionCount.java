package io.selfcascade.platform.dispatch;

/** How many items of a partition there are, and how many have been settled in which way. */
public record PartitionCount(int partition, int total, int completed, int failed, int cancelled) {

    /** Whether no item of the partition is pending. */
    public boolean isSettled() {
        return completed + failed + cancelled == total;
    }
}
