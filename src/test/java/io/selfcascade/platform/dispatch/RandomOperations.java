package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.dispatch.message.TaskEvent;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Operations one after another, as coordinators, workers and people might call them in any order: mostly sensible, often
 * late, repeated or by someone who has lost the right to. A seed always gives the same ones.
 */
final class RandomOperations {

    private static final int MOST_WORKLOADS = 3;
    private static final int PARTITION_SIZE = 4;

    private final Random random;
    private final ModelState model;
    private final List<RandomWorker> workers;
    private final Map<UUID, List<NewItem>> lines = new HashMap<>();
    private final List<ClaimedRun> claims = new ArrayList<>();
    private final List<TaskMessage> messages = new ArrayList<>();
    private final List<TaskEvent> reported = new ArrayList<>();
    private final Deque<Supplier<LedgerOperation>> following = new ArrayDeque<>();

    RandomOperations(long seed, ModelState model) {
        this.random = new Random(seed);
        this.model = model;
        this.workers = List.of(
                new RandomWorker(random, "w-1", "cpu", 512, List.of("scenes")),
                new RandomWorker(random, "w-2", "cpu", 256, List.of("scenes", "other")),
                new RandomWorker(random, "w-3", "gpu", 1024, List.of("scenes")));
        following.add(() -> new LedgerOperation.ExpectPartitions());
        following.add(() -> new LedgerOperation.Beats(workers.stream().map(worker -> worker.beat(List.of())).toList()));
    }

    LedgerOperation next() {
        return following.isEmpty() ? choose() : following.remove().get();
    }

    List<NewItem> lines(UUID workload) {
        return lines.get(workload);
    }

    /** What the last operation gave its caller to go on with. */
    void note(Object answer) {
        if (answer instanceof Optional<?> claim) {
            claim.ifPresent(run -> {
                claims.add((ClaimedRun) run);
                for (int n = random.nextInt(12); n > 0; n--) {
                    following.add(() -> conduct((ClaimedRun) run, model.run(((ClaimedRun) run).workloadId())));
                }
            });
        } else if (answer instanceof List<?> picked) {
            picked.forEach(message -> {
                messages.add((TaskMessage) message);
                if (random.nextInt(8) != 0) {
                    boolean isTaken = random.nextInt(10) != 0;
                    following.add(() -> isTaken ? new LedgerOperation.Sent(List.of((TaskMessage) message))
                            : new LedgerOperation.NotSent((TaskMessage) message));
                }
            });
        }
    }

    private LedgerOperation choose() {
        int kind = random.nextInt(100);
        if (model.rows.runs.isEmpty() || (kind < 4 && model.rows.runs.size() < MOST_WORKLOADS)) {
            return open();
        } else if (kind < 40) {
            return conduct();
        } else if (kind < 58) {
            return pick();
        } else if (kind < 74 && !messages.isEmpty()) {
            return accept();
        } else if (kind < 82) {
            return beats();
        } else if (kind < 85) {
            return lease();
        } else if (kind < 93) {
            return tick();
        }
        return people();
    }

    private LedgerOperation open() {
        // No two runs are queued at the same time: which of them is older would be anybody's guess.
        following.add(() -> new LedgerOperation.Tick(Duration.ofMillis(1)));
        UUID workload = new UUID(random.nextLong(), random.nextLong());
        WorkloadPlan plan = RandomPlans.plan(random);
        lines.put(workload, RandomPlans.lines(random, plan));
        return new LedgerOperation.Open(workload, plan, RandomPlans.terms(random, model.now));
    }

    /** What the owner of a run does next, or someone who once was. */
    private LedgerOperation conduct() {
        List<ClaimedRun> valid = claims.stream().filter(claim -> model.run(claim.workloadId()).epoch == claim.epoch())
                .filter(claim -> !model.run(claim.workloadId()).state.isTerminal()).toList();
        if (claims.isEmpty() || random.nextInt(valid.isEmpty() ? 2 : 12) == 0) {
            return random.nextInt(30) == 0 ? new LedgerOperation.ReleaseAll() : new LedgerOperation.Claim("c" + random.nextInt(2));
        }
        List<ClaimedRun> from = valid.isEmpty() || random.nextInt(10) == 0 ? claims : valid;
        ClaimedRun claim = from.get(random.nextInt(from.size()));
        return switch (random.nextInt(14)) {
            case 0 -> new LedgerOperation.Keep(claim);
            case 1 -> new LedgerOperation.Release(claim, Duration.ofSeconds(random.nextInt(2) * 10L));
            default -> conduct(claim, model.run(claim.workloadId()));
        };
    }

    private LedgerOperation conduct(ClaimedRun claim, Run run) {
        List<NewItem> all = lines.get(run.workloadId);
        boolean isPending = model.items(run.workloadId).stream().anyMatch(item -> item.state == ItemState.PENDING);
        Optional<ErrorCode> early = early(run);
        return switch (run.state) {
            case QUEUED -> new LedgerOperation.Advance(claim, RunState.VALIDATING, null);
            case VALIDATING -> {
                if (early.isPresent() && random.nextInt(3) == 0) {
                    yield cancel(claim, run);
                }
                if (run.total == null && (model.items(run.workloadId).size() < all.size() || random.nextInt(4) == 0)) {
                    int from = random.nextInt(3) == 0 ? random.nextInt(all.size())
                            : Math.min(model.items(run.workloadId).size(), all.size() - 1);
                    yield new LedgerOperation.Insert(claim, all.subList(from, Math.min(all.size(), from + 5)));
                }
                yield run.total == null || random.nextInt(4) == 0
                        ? new LedgerOperation.Settle(claim, new Partitioning(all.size(), PARTITION_SIZE))
                        : new LedgerOperation.Advance(claim, RunState.IN_PROGRESS, null);
            }
            case IN_PROGRESS -> {
                if (early.isPresent() && isPending) {
                    yield cancel(claim, run);
                }
                yield isPending
                        ? new LedgerOperation.OpenPartition(claim, new Partitioning(all.size(), PARTITION_SIZE),
                                random.nextInt((all.size() + PARTITION_SIZE - 1) / PARTITION_SIZE))
                        : new LedgerOperation.Advance(claim, RunState.FINALIZING, null);
            }
            case FINALIZING -> random.nextInt(2) == 0 ? new LedgerOperation.Publish(claim)
                    : new LedgerOperation.Advance(claim, end(run), end(run) == RunState.FAILED ? ErrorCode.TOO_MANY_FAILURES : null);
            case COMPLETED, FAILED, CANCELLED, EXPIRED -> new LedgerOperation.Advance(claim, RunState.COMPLETED, null);
        };
    }

    private Optional<ErrorCode> early(Run run) {
        if (run.desired == Desired.CANCEL) {
            return Optional.of(ErrorCode.CONFLICT);
        }
        if (run.failureLimit != null && new ModelItems(model).isFailing(run.workloadId)) {
            return Optional.of(ErrorCode.TOO_MANY_FAILURES);
        }
        return run.deadline != null && run.deadline <= model.now ? Optional.of(ErrorCode.DEADLINE_EXCEEDED) : Optional.empty();
    }

    /** A run cancelled while its lines are read ends there; later the job finalizes what there is. */
    private LedgerOperation cancel(ClaimedRun claim, Run run) {
        RunState next = run.state == RunState.VALIDATING ? end(run) : RunState.FINALIZING;
        following.add(() -> new LedgerOperation.Advance(claim, next, null));
        following.add(() -> messages.isEmpty() ? new LedgerOperation.Reap() : accept());
        @Nullable ErrorCode reason = run.desired == Desired.CANCEL ? null : early(run).orElse(null);
        return new LedgerOperation.CancelWorkload(claim, reason);
    }

    private RunState end(Run run) {
        return early(run).map(why -> why == ErrorCode.CONFLICT ? RunState.CANCELLED
                : why == ErrorCode.TOO_MANY_FAILURES ? RunState.FAILED : RunState.EXPIRED).orElse(RunState.COMPLETED);
    }

    private LedgerOperation pick() {
        return new LedgerOperation.Pick(random.nextInt(4) == 0 ? "gpu" : "cpu");
    }

    /** Mostly of messages just sent, in one batch with repetitions and with what nobody waits for any more. */
    private LedgerOperation accept() {
        List<TaskEvent> events = new ArrayList<>();
        for (int n = random.nextInt(3); n >= 0; n--) {
            events.addAll(workers.get(random.nextInt(workers.size())).report(random.nextInt(4) == 0 ? overtaken() : message()));
        }
        reported.addAll(events);
        for (int n = random.nextInt(3); n > 0 && !reported.isEmpty(); n--) {
            events.add(reported.get(random.nextInt(reported.size())));
        }
        Collections.shuffle(events, random);
        return new LedgerOperation.Accept(List.copyOf(events), random.nextInt(4) / 4.0);
    }

    /** Mostly one that is under way. */
    private TaskMessage message() {
        List<Long> open = model.rows.dispatches.stream().filter(dispatch -> dispatch.isOpen()).map(dispatch -> dispatch.id).toList();
        List<TaskMessage> underWay = messages.stream().filter(message -> open.contains(message.dispatchId())).toList();
        List<TaskMessage> from = underWay.isEmpty() || random.nextInt(5) == 0 ? messages : underWay;
        return from.get(random.nextInt(from.size()));
    }

    /** One whose tasks have been sent again since, or cancelled, if there is any: its worker does not know that yet. */
    private TaskMessage overtaken() {
        List<TaskMessage> from = messages.stream().filter(message -> message.tasks().stream().anyMatch(sent -> model.rows.tasks.stream()
                .anyMatch(task -> task.id == sent.taskId() && isOvertaken(task, message)))).toList();
        return from.isEmpty() ? message() : from.get(random.nextInt(from.size()));
    }

    private static boolean isOvertaken(LedgerRows.Task task, TaskMessage message) {
        boolean isItsLast = task.dispatchId != null && task.dispatchId == message.dispatchId();
        return (task.state == TaskState.DISPATCHED && !isItsLast) || (task.state == TaskState.CANCELLED && isItsLast);
    }

    private LedgerOperation beats() {
        List<WorkerBeat> beats = new ArrayList<>();
        for (int n = random.nextInt(4); n >= 0; n--) {
            RandomWorker worker = workers.get(random.nextInt(workers.size()));
            if (random.nextInt(12) == 0) {
                worker.restart();
            }
            List<TaskMessage> running = messages.isEmpty() ? List.of()
                    : IntStream.range(0, random.nextInt(3)).mapToObj(i -> message()).distinct().toList();
            beats.add(worker.beat(running));
        }
        return new LedgerOperation.Beats(beats);
    }

    private LedgerOperation lease() {
        return switch (random.nextInt(5)) {
            case 0, 1 -> new LedgerOperation.Reap();
            case 2 -> {
                Ledger.PARTITIONS.forEach(partition -> following.add(() -> new LedgerOperation.CaughtUp(partition, model.now)));
                following.add(() -> new LedgerOperation.Reap());
                yield new LedgerOperation.ExpectPartitions();
            }
            default -> new LedgerOperation.CaughtUp(Ledger.PARTITIONS.get(random.nextInt(2)), model.now - random.nextInt(20_000));
        };
    }

    private LedgerOperation tick() {
        if (random.nextInt(3) == 0) {
            return silence();
        }
        return new LedgerOperation.Tick(Duration.ofMillis(switch (random.nextInt(20)) {
            case 0 -> random.nextInt(4) == 0 ? 90_000_000 : 1_000_000;
            case 1, 2, 3 -> 1_000 + random.nextInt(29_000);
            default -> 1 + random.nextInt(400);
        }));
    }

    /** Workers announce what they run and fall silent for longer than a lease; everything they sent has been read, and they come back. */
    private LedgerOperation silence() {
        if (random.nextInt(4) == 0) {
            // What is picked now is told to the broker only after all this: nobody can have begun it.
            following.add(() -> new LedgerOperation.Pick("cpu"));
        } else {
            List<TaskMessage> running = messages.stream().filter(message -> model.dispatches(List.of(message.dispatchId())).stream()
                    .anyMatch(LedgerRows.Dispatch::isOpen)).limit(1 + random.nextInt(4)).toList();
            following.add(() -> new LedgerOperation.Beats(List.of(workers.get(random.nextInt(workers.size())).beat(running))));
        }
        following.add(() -> new LedgerOperation.Tick(Duration.ofMillis(31_000)));
        Ledger.PARTITIONS.forEach(partition -> following.add(() -> new LedgerOperation.CaughtUp(partition, model.now)));
        following.add(() -> new LedgerOperation.Reap());
        // Sometimes one alone: its window is soon full, and what is ready must wait.
        int back = random.nextInt(3) == 0 ? 1 : workers.size();
        following.add(() -> new LedgerOperation.Beats(workers.stream().limit(back).map(worker -> worker.beat(List.of())).toList()));
        int rest = 100 + random.nextInt(20_000);
        following.add(() -> new LedgerOperation.Tick(Duration.ofMillis(rest)));
        following.add(() -> new LedgerOperation.Pick("cpu"));
        following.add(() -> new LedgerOperation.Pick("cpu"));
        return new LedgerOperation.Reap();
    }

    private LedgerOperation people() {
        List<Run> ended = model.rows.runs.stream().filter(run -> run.state.isTerminal()).toList();
        List<Run> from = ended.isEmpty() || random.nextBoolean() ? model.rows.runs : ended;
        Run run = from.get(random.nextInt(from.size()));
        UUID workload = random.nextInt(40) == 0 ? new UUID(0, 0) : run.workloadId;
        return switch (random.nextInt(14)) {
            case 0 -> new LedgerOperation.Want(workload, Desired.PAUSE);
            case 1, 2 -> new LedgerOperation.Want(workload, Desired.RUN);
            case 3 -> new LedgerOperation.Want(workload, random.nextInt(2) == 0 ? Desired.CANCEL : Desired.RUN);
            case 4 -> cancelItem(workload, random.nextInt(lines.get(run.workloadId).size() + 1));
            case 5 -> new LedgerOperation.Edit(run.workloadId, random.nextInt(10));
            case 6 -> new LedgerOperation.Forget(run.workloadId, run.generation - random.nextInt(2));
            case 7 -> new LedgerOperation.Failing(run.workloadId);
            case 8 -> new LedgerOperation.Clean();
            case 9 -> again(new LedgerOperation.Promote(workload, request(run)));
            case 10 -> new LedgerOperation.WantAll(List.of(Desired.RUN, Desired.RUN, Desired.PAUSE, Desired.CANCEL).get(random.nextInt(4)));
            case 11 -> new LedgerOperation.CancelItems(workload, chosen(run));
            default -> again(new LedgerOperation.Retry(workload, request(run)));
        };
    }

    /** What workers were at just then arrives all the same. */
    private LedgerOperation cancelItem(UUID workload, int ordinal) {
        following.add(() -> messages.isEmpty() ? new LedgerOperation.Reap() : new LedgerOperation.Accept(
                List.copyOf(workers.get(0).report(overtaken())), 0));
        return new LedgerOperation.CancelItem(workload, ordinal);
    }

    private LedgerOperation again(LedgerOperation operation) {
        following.add(() -> new LedgerOperation.Tick(Duration.ofMillis(1)));
        return operation;
    }

    private GenerationRequest request(Run run) {
        return new GenerationRequest(random.nextBoolean() ? null : chosen(run), random.nextInt(3) == 0 ? Integer.valueOf(run.generation + random.nextInt(3)) : null);
    }

    private List<Integer> chosen(Run run) {
        return IntStream.range(0, lines.get(run.workloadId).size() + random.nextInt(2)).filter(n -> random.nextInt(3) == 0).boxed().toList();
    }
}
