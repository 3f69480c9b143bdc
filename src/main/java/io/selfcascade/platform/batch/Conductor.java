package io.selfcascade.platform.batch;

import io.selfcascade.platform.dispatch.ClaimedRun;
import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.OwnershipLostException;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.RunState;
import io.selfcascade.platform.role.LifecyclePhase;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.Retry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.context.SmartLifecycle;

/**
 * Claims runs that nobody conducts, and conducts them: one thread per run carries its job from where it is to its end.
 *
 * <p>Pause, shutdown, crash and takeover are one road: the job's thread ends, the claim is given up or expires, and
 * whoever claims the run next restarts the job. Nobody stops or abandons a job from outside.
 */
final class Conductor implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Conductor.class);
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String name;
    private final boolean alone;
    private final BatchProperties properties;
    private final RunLedger runs;
    private final ItemLedger items;
    private final ConductedRuns conducted;
    private final JobRepair repair;
    private final JobRepository repository;
    private final JobOperator operator;
    private final Job job;
    private volatile boolean running;
    private ScheduledExecutorService clockwork = Executors.newScheduledThreadPool(0);
    private ExecutorService jobs = Executors.newCachedThreadPool();

    /**
     * @param name of this process, for people who look at {@code run_owner}
     * @param alone whether no other coordinator can be alive, so that former runs need not wait for their leases
     */
    Conductor(String name, boolean alone, BatchProperties properties, RunLedger runs, ItemLedger items,
            ConductedRuns conducted, JobRepair repair, JobRepository repository, JobOperator operator, Job job) {
        this.name = name;
        this.alone = alone;
        this.properties = properties;
        this.runs = runs;
        this.items = items;
        this.conducted = conducted;
        this.repair = repair;
        this.repository = repository;
        this.operator = operator;
        this.job = job;
    }

    @Override
    public synchronized void start() {
        if (running) {
            return;
        }
        running = true;
        if (alone) {
            log.info("runs of a former process taken over runs={}", runs.releaseAll());
        }
        // Two threads: a claim that waits for the database must not keep leases from being renewed.
        clockwork = Executors.newScheduledThreadPool(2, task -> new Thread(task, "conductor"));
        jobs = Executors.newCachedThreadPool(task -> new Thread(task, "conductor-job"));
        repeat(this::claimFree, properties.claimInterval());
        repeat(this::keepLeases, properties.keepInterval());
        log.info("conductor started owner={} max_running={}", name, properties.maxRunning());
    }

    /** Lets every job end at its next restart point and gives its run back, so that another process goes on at once. */
    @Override
    public synchronized void stop() {
        if (!running) {
            return;
        }
        running = false;
        conducted.all().forEach(ConductedRun::stop);
        jobs.shutdown();
        try {
            if (!jobs.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("jobs did not end in time, their leases will expire owner={} runs={}", name, conducted.size());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        clockwork.shutdownNow();
        log.info("conductor stopped owner={}", name);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return LifecyclePhase.COORDINATOR;
    }

    private void repeat(Runnable task, Duration interval) {
        clockwork.scheduleWithFixedDelay(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                // The database may be away for a while; a schedule that ended would never see it come back.
                log.warn("conductor failed, trying again owner={} reason={}", name, e.getMessage());
            }
        }, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void claimFree() {
        while (running && conducted.size() < properties.maxRunning()) {
            // The last place is kept for who has none: runs may take hours, and one tenant's could fill all others.
            boolean isLast = properties.maxRunning() > 1 && conducted.size() == properties.maxRunning() - 1;
            Optional<ClaimedRun> claim = isLast ? runs.claimOfWaitingTenant(name) : runs.claim(name);
            if (claim.isEmpty()) {
                return;
            }
            ConductedRun run = new ConductedRun(claim.get());
            Optional<ConductedRun> former = conducted.add(run);
            log.info("run claimed workload={} epoch={} generation={}",
                    claim.get().workloadId(), claim.get().epoch(), claim.get().generation());
            jobs.execute(() -> conductAfter(former, run));
        }
    }

    private void keepLeases() {
        for (ConductedRun run : conducted.all()) {
            if (!runs.keep(run.claim())) {
                log.warn("run lost workload={} epoch={}", run.claim().workloadId(), run.claim().epoch());
                run.lose();
            }
        }
    }

    /** A thread that lost the run still writes how its job ended; the next execution begins when it has. */
    private void conductAfter(Optional<ConductedRun> former, ConductedRun run) {
        try {
            if (former.isPresent()) {
                former.get().lose();
                former.get().awaitEnd(PATIENCE);
            }
            conduct(run);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            run.end();
        }
    }

    private void conduct(ConductedRun run) {
        Duration rest = Duration.ZERO;
        try {
            rest = judge(run, launch(run.claim()));
        } catch (OwnershipLostException e) {
            log.info("run left to its new owner workload={}", run.claim().workloadId());
        } catch (JobExecutionException | RuntimeException e) {
            log.warn("job could not be launched workload={} reason={}", run.claim().workloadId(), e.getMessage(), e);
            rest = PATIENCE;
        } finally {
            conducted.remove(run);
            giveBack(run.claim(), rest);
        }
    }

    /** Runs the job on this thread until it ends, in whatever way. */
    private JobExecution launch(ClaimedRun claim) throws JobExecutionException {
        JobParameters parameters = ConductedRuns.parameters(claim);
        JobInstance instance = repository.getJobInstance(job.getName(), parameters);
        if (instance == null) {
            return operator.start(job, parameters);
        }
        repair.closeOpenExecutions(claim, instance);
        JobExecution last = repository.getLastJobExecution(instance);
        if (last == null) {
            return operator.start(job, parameters);
        }
        return last.getStatus() == BatchStatus.COMPLETED ? last : operator.restart(last);
    }

    /** @return how long the run rests before anybody conducts it again */
    private Duration judge(ConductedRun run, JobExecution ended) {
        ClaimedRun claim = run.claim();
        if (ended.getStatus() == BatchStatus.COMPLETED || ended.getStatus() == BatchStatus.STOPPED) {
            log.info("job ended workload={} job_execution={} status={}",
                    claim.workloadId(), ended.getId(), ended.getStatus());
            return Duration.ZERO;
        }
        repair.closeEnded(ended);
        run.requireOwned();
        Optional<CascadeException> failure = causes(ended.getAllFailureExceptions())
                .filter(CascadeException.class::isInstance).map(CascadeException.class::cast).findFirst();
        if (failure.isPresent() && failure.get() instanceof OwnershipLostException) {
            return Duration.ZERO;
        }
        int failures = repository.getJobExecutions(ended.getJobInstance()).size();
        log.warn("job failed workload={} job_execution={} failures={} reason={}", claim.workloadId(), ended.getId(),
                failures, failure.<Object>map(CascadeException::getMessage).orElse(ended.getAllFailureExceptions()));
        if (failures >= properties.maxFailures() || failure.filter(e -> e.code().retry() == Retry.NEVER).isPresent()) {
            giveUp(claim, failure.map(CascadeException::code).orElse(ErrorCode.INTERNAL),
                    failure.map(CascadeException::getMessage).orElse("The job failed " + failures + " times"));
            return Duration.ZERO;
        }
        long seconds = 1L << Math.min(failures, 6);
        return Duration.ofSeconds(Math.min(seconds, LONGEST_REST.toSeconds()));
    }

    private void giveUp(ClaimedRun claim, ErrorCode code, String detail) {
        items.cancelWorkload(claim, code);
        runs.advance(claim, RunState.FAILED, code, detail);
    }

    private void giveBack(ClaimedRun claim, Duration rest) {
        try {
            runs.release(claim, rest);
        } catch (RuntimeException e) {
            log.warn("run not released, its lease will expire workload={} reason={}",
                    claim.workloadId(), e.getMessage());
        }
    }

    private static Stream<Throwable> causes(List<Throwable> failures) {
        return failures.stream()
                .flatMap(failure -> Stream.iterate(failure, cause -> cause != null, Throwable::getCause));
    }
}
