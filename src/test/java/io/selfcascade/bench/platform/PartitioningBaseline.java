package io.selfcascade.bench.platform;

/** To come. */
final class PartitioningBaseline {
    PartitioningBaseline(Installation installation) {}
    double itemsPerSecond(int items) { return 1; }
}
