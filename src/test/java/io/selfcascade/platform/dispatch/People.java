package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.LedgerRows.Run;
import io.selfcascade.platform.intake.GenerationRequest;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/** What people ask of workloads; who gets no answer asks the same again. */
final class People implements Actor {

    private static final int PATIENCE = 10;

    private final Random random;
    private final Simulation simulation;
    private long nextAt;
    private boolean areCalm;

    People(Random random, Simulation simulation) {
        this.random = random;
        this.simulation = simulation;
    }

    @Override
    public long nextAt() {
        return nextAt;
    }

    @Override
    public void act() {
        nextAt = simulation.now + 1 + random.nextInt(areCalm ? 20_000 : 4_000);
        if (areCalm) {
            resume();
        } else {
            simulation.suffer();
            if (simulation.mayOpen() && random.nextInt(10) == 0) {
                simulation.open();
            } else if (random.nextInt(3) == 0) {
                ask(operation(simulation.randomRun()));
            }
        }
    }

    /** From now on they want everything to end. */
    void recover() {
        areCalm = true;
    }

    private void ask(LedgerOperation operation) {
        for (int n = 0; n < PATIENCE; n++) {
            try {
                simulation.call(operation);
                return;
            } catch (CallLostException e) {
                // Once more.
            }
        }
    }

    private LedgerOperation operation(Run run) {
        UUID workload = run.workloadId;
        int kind = random.nextInt(16);
        if (run.state.isTerminal() && kind > 2) {
            GenerationRequest request = new GenerationRequest(chosen(workload), run.generation + 1);
            return random.nextInt(3) == 0 ? new LedgerOperation.Promote(workload, request) : new LedgerOperation.Retry(workload, request);
        }
        return switch (kind) {
            case 0, 1 -> new LedgerOperation.Edit(workload, random.nextInt(10));
            case 2, 3, 4 -> new LedgerOperation.Want(workload, Desired.PAUSE);
            case 5, 6 -> new LedgerOperation.Want(workload, Desired.CANCEL);
            case 7, 8, 9 -> new LedgerOperation.CancelItem(workload, random.nextInt(simulation.lines(workload).size()));
            default -> new LedgerOperation.Want(workload, Desired.RUN);
        };
    }

    /** Some items, or null for all. */
    private List<Integer> chosen(UUID workload) {
        return random.nextInt(3) != 0 ? null
                : IntStream.range(0, simulation.lines(workload).size()).filter(n -> random.nextInt(3) == 0).boxed().toList();
    }

    /** Nothing stays paused. */
    private void resume() {
        simulation.rows().runs.stream().filter(run -> run.desired == Desired.PAUSE && !run.state.isTerminal())
                .map(run -> run.workloadId).toList().forEach(workload -> ask(new LedgerOperation.Want(workload, Desired.RUN)));
    }
}
