package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.plan.WorkloadPlan;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be observed of a ledger: its tables as plain rows. The model works on them, the SQL ledger is read
 * into them, so that the two can be compared and the same promises checked on both.
 *
 * <p>Times are milliseconds of the ledger's clock. Texts for people and ids of tasks are not compared; transient fields are
 * the model's own.
 */
final class LedgerRows {

    List<Run> runs = new ArrayList<>();
    List<Item> items = new ArrayList<>();
    List<Task> tasks = new ArrayList<>();
    List<Dispatch> dispatches = new ArrayList<>();
    List<Partition> partitions = new ArrayList<>();
    List<Stage> stages = new ArrayList<>();
    List<Share> shares = new ArrayList<>();
    List<TenantShare> tenantShares = new ArrayList<>();
    List<Limit> limits = new ArrayList<>();
    List<Pool> pools = new ArrayList<>();
    List<Worker> workers = new ArrayList<>();
    List<Boot> boots = new ArrayList<>();
    List<Watermark> watermarks = new ArrayList<>();
    List<Event> events = new ArrayList<>();

    /** One line per row, in an order that does not depend on how the rows came to be. */
    List<String> lines() {
        return Stream.of(runs, items, tasks, dispatches, partitions, stages, shares, tenantShares, limits, pools, workers, boots, watermarks, events)
                .flatMap(List::stream).map(Row::toString).sorted().toList();
    }

    /** Shows all its fields that are not transient. */
    abstract static class Row {

        private static final ClassValue<List<Field>> FIELDS = new ClassValue<>() {
            @Override
            protected List<Field> computeValue(Class<?> type) {
                return Stream.of(type.getDeclaredFields())
                        .filter(field -> !Modifier.isTransient(field.getModifiers()) && !field.isSynthetic()).toList();
            }
        };

        @Override
        public String toString() {
            return FIELDS.get(getClass()).stream().map(this::shown)
                    .collect(Collectors.joining(" ", getClass().getSimpleName() + " ", ""));
        }

        private String shown(Field field) {
            try {
                return field.getName() + "=" + field.get(this);
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    static final class Run extends Row {
        UUID workloadId;
        String tenant;
        int priority;
        @Nullable Long deadline;
        String keepPivots;
        int generation = 1;
        RunState state = RunState.QUEUED;
        Desired desired = Desired.RUN;
        long revision;
        @Nullable Integer total;
        @Nullable Integer partitionSize;
        int openedUntil;
        int promoted;
        @Nullable Integer failureLimit;
        @Nullable String resultsKey;
        @Nullable String errorCode;
        long queuedAt;
        @Nullable Long startedAt;
        @Nullable Long finishedAt;
        @Nullable Long collectAt;
        @Nullable String owner;
        long epoch;
        @Nullable Long ownerUntil;
        transient WorkloadPlan plan;
        transient @Nullable BigDecimal maxFailureRatio;
    }

    static final class Item extends Row {
        UUID workloadId;
        int ordinal;
        int variant;
        @Nullable String customId;
        boolean refused;
        @Nullable Long seed;
        ItemState state = ItemState.PENDING;
        @Nullable Integer settledIn;
        @Nullable String resultKey;
        @Nullable String resultSha256;
        @Nullable Long resultBytes;
        @Nullable Integer width;
        @Nullable Integer height;
        @Nullable String errorClass;
        @Nullable String errorCode;
        transient @Nullable ItemSpec spec;
    }

    static final class Task extends Row {
        UUID workloadId;
        int ordinal;
        int stage;
        int generation;
        String pool;
        long batchKey;
        TaskState state = TaskState.READY;
        long notBefore;
        int attempt;
        int workerLosses;
        @Nullable Long dispatchId;
        @Nullable String artifactKey;
        @Nullable String artifactSha256;
        @Nullable Long artifactBytes;
        @Nullable String previewKey;
        @Nullable Integer runMs;
        @Nullable String errorClass;
        @Nullable String errorCode;
        transient long id;

        boolean isOf(Item item) {
            return workloadId.equals(item.workloadId) && ordinal == item.ordinal;
        }

        String key() {
            return workloadId + "/" + ordinal + "/" + stage;
        }
    }

    static final class Dispatch extends Row {
        long id;
        String pool;
        long batchKey;
        int tasks;
        DispatchState state = DispatchState.SENDING;
        long leaseUntil;
        @Nullable String workerId;
        @Nullable UUID bootId;
        long createdAt;
        @Nullable Long startedAt;
        @Nullable Long closedAt;
        @Nullable String closedBy;

        boolean isOpen() {
            return state != DispatchState.CLOSED;
        }
    }

    static final class Partition extends Row {
        UUID workloadId;
        int partitionNo;
        int total;
        int completed;
        int failed;
        int cancelled;
    }

    static final class Stage extends Row {
        UUID workloadId;
        int stage;
        int opened;
        int succeeded;
        int dead;
        long runMs;
        long bytes;
    }

    static final class Share extends Row {
        UUID workloadId;
        String pool;
        String tenant;
        int weight;
        double virtualTime;
    }

    static final class TenantShare extends Row {
        String pool;
        String tenant;
        double virtualTime;
        double virtualClock;
    }

    static final class Limit extends Row {
        String pool;
        long batchKey;
        int maxItems;
    }

    static final class Pool extends Row {
        String name;
        int rank;
        double virtualClock;
    }

    static final class Worker extends Row {
        String id;
        UUID bootId;
        String pool;
        int slots;
        List<String> models;
        long maxPixels;
        WorkerState state;
        long lastSeen;
    }

    /** {@code place} counts the boots of a worker in the order of their arrival, from 1. */
    static final class Boot extends Row {
        String workerId;
        UUID bootId;
        int place;
        long seq;
        long firstSeen;
        long lastSeen;
    }

    /** Null: nothing has been caught up with. */
    static final class Watermark extends Row {
        String topic;
        int partition;
        @Nullable Long caughtUpAt;
    }

    static final class Event extends Row {
        UUID workloadId;
        long revision;
        int generation;
        RunState state;
        Desired desired;
        @Nullable String reason;
        @Nullable Integer total;
        int completed;
        int failed;
        int cancelled;
        long at;
    }
}
