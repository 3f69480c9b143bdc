package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Dispatch;
import io.selfcascade.platform.dispatch.LedgerRows.Item;
import io.selfcascade.platform.dispatch.LedgerRows.Limit;
import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.LedgerRows.Share;
import io.selfcascade.platform.dispatch.LedgerRows.Task;
import io.selfcascade.platform.dispatch.LedgerRows.TenantShare;
import io.selfcascade.platform.dispatch.LedgerRows.Worker;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.plan.PlannedStage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules 4 and 6 to 9: which tasks go out next, and in which company. */
final class ModelDispatch {

    private static final long LINGER = 100;
    private static final int WINDOW = 2;
    private static final int SUSPECT = 2;

    private final ModelState state;

    ModelDispatch(ModelState state) {
        this.state = state;
    }

    List<TaskMessage> pick(String pool) {
        if (state.held.contains("pool " + pool)) {
            return List.of();
        }
        List<Worker> live = state.rows.workers.stream().filter(worker -> worker.pool.equals(pool)
                && worker.state == WorkerState.UP && worker.lastSeen > state.now - ModelState.LEASE).toList();
        long open = state.has(Flaw.WINDOW_NOT_COUNTED) ? 0
                : state.rows.dispatches.stream().filter(Dispatch::isOpen).filter(d -> d.pool.equals(pool)).count();
        long free = WINDOW * live.stream().mapToInt(worker -> worker.slots).sum() - open;
        if (free <= 0) {
            return List.of();
        }
        admit(pool);
        List<TaskMessage> messages = new ArrayList<>();
        Set<UUID> passedOver = new HashSet<>();
        while (messages.size() < free) {
            Optional<Run> turn = next(pool, live, passedOver);
            if (turn.isEmpty()) {
                break;
            }
            message(pool, turn.get(), live).ifPresentOrElse(messages::add, () -> passedOver.add(turn.get().workloadId));
        }
        return messages;
    }

    /** Rule 7: a newcomer begins at the clock; a tenant that left is remembered until the clock has come to where it stood. */
    private void admit(String pool) {
        double clock = pool(pool).virtualClock;
        state.rows.tenantShares.removeIf(tenant -> tenant.pool.equals(pool) && tenant.virtualTime <= clock && state.rows.shares.stream()
                .noneMatch(share -> share.pool.equals(pool) && share.tenant.equals(tenant.tenant)));
        for (Run run : state.rows.runs) {
            if (run.state == RunState.IN_PROGRESS && share(pool, run).isEmpty()) {
                TenantShare tenant = state.tenantShare(pool, run.tenant).orElseGet(() -> newcomer(pool, run.tenant, clock));
                Share share = new Share();
                share.pool = pool;
                share.workloadId = run.workloadId;
                share.tenant = run.tenant;
                share.weight = run.priority + 1;
                share.virtualTime = tenant.virtualClock + 1.0 / share.weight;
                state.rows.shares.add(share);
            }
        }
    }

    private TenantShare newcomer(String pool, String tenant, double clock) {
        TenantShare share = new TenantShare();
        share.pool = pool;
        share.tenant = tenant;
        share.virtualTime = clock + 1.0 / weight(tenant);
        state.rows.tenantShares.add(share);
        return share;
    }

    private Optional<Run> next(String pool, List<Worker> live, Set<UUID> passedOver) {
        return state.rows.runs.stream().filter(this::maySend)
                .filter(run -> !passedOver.contains(run.workloadId) && room(run.tenant) > 0)
                .filter(run -> lead(pool, run, live).isPresent())
                .min(turns(pool));
    }

    private Comparator<Run> turns(String pool) {
        Comparator<Run> ofTenant = Comparator.comparing((Run run) -> share(pool, run).orElseThrow().virtualTime)
                .thenComparing(run -> run.workloadId, LockOrder.BY_UUID);
        return state.has(Flaw.TENANTS_NOT_TOLD_APART) ? ofTenant
                : Comparator.comparing((Run run) -> state.tenantShare(pool, run.tenant).orElseThrow().virtualTime)
                        .thenComparing(run -> run.tenant).thenComparing(ofTenant);
    }

    /** Rule 7: the deepest stage first, of what some live worker has the model for and takes the size of. */
    private Optional<Task> lead(String pool, Run run, List<Worker> live) {
        long most = live.stream().filter(worker -> worker.models.contains(run.plan.model().id()))
                .mapToLong(worker -> worker.maxPixels).max().orElse(-1);
        return due(pool).filter(task -> task.workloadId.equals(run.workloadId))
                .filter(task -> planned(task).spec().size().pixels() <= most)
                .min(Comparator.comparing((Task task) -> -task.stage).thenComparing(task -> task.ordinal));
    }

    private Optional<TaskMessage> message(String pool, Run run, List<Worker> live) {
        Task lead = lead(pool, run, live).orElseThrow();
        boolean isAlone = lead.workerLosses >= SUSPECT;
        PlannedStage kind = planned(lead);
        int most = isAlone ? 1 : Math.min(kind.maxItems(), limit(pool, lead.batchKey));
        List<Task> tasks = within(due(pool)
                .filter(task -> task.batchKey == lead.batchKey && maySend(state.run(task.workloadId)))
                .filter(task -> task.workloadId.equals(run.workloadId) || room(state.run(task.workloadId).tenant) > 0)
                .filter(task -> task == lead || (!isAlone && task.workerLosses < SUSPECT))
                .sorted(Comparator.comparing((Task task) -> !task.workloadId.equals(lead.workloadId))
                        .thenComparing(task -> state.run(task.workloadId), turns(pool)).thenComparing(task -> task.ordinal))
                .limit(most).toList());
        boolean goesNow = tasks.size() >= most || lead.notBefore <= state.now - LINGER;
        return goesNow ? Optional.of(dispatch(pool, run, kind, tasks)) : Optional.empty();
    }

    private TaskMessage dispatch(String pool, Run run, PlannedStage kind, List<Task> tasks) {
        Dispatch dispatch = new Dispatch();
        dispatch.id = nextDispatch++;
        dispatch.pool = pool;
        dispatch.batchKey = kind.batchKey();
        dispatch.tasks = tasks.size();
        dispatch.createdAt = state.now;
        dispatch.leaseUntil = state.now + 30 * ModelState.SECOND;
        state.rows.dispatches.add(dispatch);
        for (Task task : tasks) {
            task.state = TaskState.DISPATCHED;
            task.dispatchId = dispatch.id;
        }
        charge(pool, run, tasks);
        return new TaskMessage(dispatch.id, pool, Instant.ofEpochMilli(state.now + 900 * ModelState.SECOND), 30, 5,
                kind.runLimitSeconds(), run.plan.model(), kind.spec(), tasks.stream().map(this::told).toList());
    }

    private long nextDispatch = 1;

    /** Rule 7: served are those with the smallest times, so the clock goes on; nobody is served for what lies behind it. */
    private void charge(String pool, Run lead, List<Task> tasks) {
        Map<String, Long> ofTenants = tasks.stream()
                .collect(Collectors.groupingBy(task -> state.run(task.workloadId).tenant, Collectors.counting()));
        Map<UUID, Long> ofWorkloads = tasks.stream().collect(Collectors.groupingBy(task -> task.workloadId, Collectors.counting()));
        TenantShare served = state.tenantShare(pool, lead.tenant).orElseThrow();
        pool(pool).virtualClock = Math.max(pool(pool).virtualClock, served.virtualTime);
        served.virtualClock = Math.max(served.virtualClock, share(pool, lead).orElseThrow().virtualTime);
        ofTenants.forEach((name, count) -> {
            TenantShare tenant = state.tenantShare(pool, name).orElseThrow();
            tenant.virtualTime = from(tenant.virtualTime, pool(pool).virtualClock) + (double) count / weight(name);
        });
        ofWorkloads.forEach((workload, count) -> {
            Share share = share(pool, state.run(workload)).orElseThrow();
            double clock = state.tenantShare(pool, share.tenant).orElseThrow().virtualClock;
            share.virtualTime = from(share.virtualTime, clock) + (double) count / share.weight;
        });
    }

    private double from(double time, double clock) {
        return state.has(Flaw.ARREARS_ARE_MADE_UP) ? time : Math.max(time, clock);
    }

    private static int weight(String tenant) {
        return Ledger.TENANTS.containsKey(tenant) ? Ledger.TENANTS.get(tenant).weight() : 1;
    }

    /** How many more tasks of the tenant may be under way. */
    private long room(String tenant) {
        if (!Ledger.TENANTS.containsKey(tenant) || state.has(Flaw.QUOTA_NOT_COUNTED)) {
            return Long.MAX_VALUE;
        }
        return Ledger.TENANTS.get(tenant).maxDispatchedTasks() - state.rows.tasks.stream()
                .filter(task -> task.state == TaskState.DISPATCHED && state.run(task.workloadId).tenant.equals(tenant)).count();
    }

    private List<Task> within(List<Task> tasks) {
        Map<String, Long> taken = new HashMap<>();
        return tasks.stream().filter(task -> {
            String tenant = state.run(task.workloadId).tenant;
            return taken.merge(tenant, 1L, Long::sum) <= room(tenant);
        }).toList();
    }

    private LedgerRows.Pool pool(String name) {
        return state.rows.pools.stream().filter(pool -> pool.name.equals(name)).findFirst().orElseThrow();
    }

    private TaskMessage.Task told(Task task) {
        Item item = state.item(task.workloadId, task.ordinal).orElseThrow();
        return new TaskMessage.Task(task.id, task.workloadId, task.ordinal, task.attempt + 1, Long.toUnsignedString(item.seed),
                item.spec.prompt(), item.spec.negativePrompt(), input(item, task),
                ArtifactPrefix.of(task.workloadId, task.ordinal, task.stage, task.dispatchId), null);
    }

    private TaskMessage.@Nullable Input input(Item item, Task task) {
        return task.stage == 0 ? item.spec.initImage() : state.input(item, task.stage)
                .map(pivot -> new TaskMessage.Input(pivot.artifactKey, pivot.artifactSha256, pivot.artifactBytes)).orElseThrow();
    }

    private Stream<Task> due(String pool) {
        return state.rows.tasks.stream().filter(task -> task.state == TaskState.READY && task.pool.equals(pool))
                .filter(task -> task.notBefore <= state.now && !state.held.contains("task " + task.key()));
    }

    private boolean maySend(Run run) {
        return run.state == RunState.IN_PROGRESS && run.desired == Desired.RUN;
    }

    private PlannedStage planned(Task task) {
        return state.planned(state.item(task.workloadId, task.ordinal).orElseThrow(), task.stage).orElseThrow();
    }

    private Optional<Share> share(String pool, Run run) {
        return state.rows.shares.stream().filter(s -> s.pool.equals(pool) && s.workloadId.equals(run.workloadId)).findFirst();
    }

    private int limit(String pool, long batchKey) {
        return state.rows.limits.stream().filter(limit -> limit.batchKey == batchKey && limit.pool.equals(pool)).findFirst()
                .map((Limit limit) -> limit.maxItems).orElse(Integer.MAX_VALUE);
    }

    void sent(List<TaskMessage> messages) {
        for (Dispatch dispatch : state.dispatches(messages.stream().map(TaskMessage::dispatchId).toList())) {
            if (dispatch.state == DispatchState.SENDING) {
                dispatch.state = DispatchState.WAITING;
                dispatch.leaseUntil = dispatch.createdAt + (900 + 60) * ModelState.SECOND;
            }
        }
    }

    void notSent(TaskMessage message) {
        for (Dispatch dispatch : state.dispatches(List.of(message.dispatchId()))) {
            if (dispatch.state == DispatchState.SENDING) {
                state.close(dispatch, "send");
                state.rows.tasks.stream()
                        .filter(task -> task.state == TaskState.DISPATCHED && task.dispatchId == dispatch.id)
                        .forEach(task -> task.state = TaskState.READY);
            }
        }
    }
}
