package io.selfcascade.platform.worker;

import io.selfcascade.spec.ModelRef;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that stay loaded between task messages. All slots share one engine per model; the one not used for the
 * longest time goes when a further model needs its place.
 */
final class ResidentEngines implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ResidentEngines.class);

    private final EngineSource source;
    private final int capacity;
    /** Least recently lent first. */
    private final Map<ModelRef, Resident> residents = new LinkedHashMap<>(16, 0.75f, true);

    ResidentEngines(EngineSource source, int capacity) {
        this.source = source;
        this.capacity = capacity;
    }

    EngineSource source() {
        return source;
    }

    /** Lends the engine until the loan is closed, loading it if need be; failures as of {@link EngineSource#open}. */
    synchronized Loan lend(ModelRef model) {
        Resident resident = residents.get(model);
        if (resident == null) {
            makeRoom();
            long start = System.nanoTime();
            resident = new Resident(source.open(model));
            residents.put(model, resident);
            log.info("model loaded model={} sha256={} took_ms={}",
                    model.id(), model.sha256(), (System.nanoTime() - start) / 1_000_000);
        }
        resident.borrowers++;
        return new Loan(this, resident);
    }

    /** Frees all models; no loan may be open. */
    @Override
    public synchronized void close() {
        residents.values().forEach(resident -> resident.engine.close());
        residents.clear();
    }

    private synchronized void giveBack(Resident resident) {
        resident.borrowers--;
    }

    /** A model in use is never evicted, so with more slots than places there may be one too many for a while. */
    private void makeRoom() {
        Iterator<Map.Entry<ModelRef, Resident>> oldestFirst = residents.entrySet().iterator();
        while (residents.size() >= capacity && oldestFirst.hasNext()) {
            Map.Entry<ModelRef, Resident> candidate = oldestFirst.next();
            if (candidate.getValue().borrowers == 0) {
                candidate.getValue().engine.close();
                oldestFirst.remove();
                log.info("model evicted model={}", candidate.getKey().id());
            }
        }
    }

    private static final class Resident {
        private final StageEngine engine;
        private int borrowers;

        private Resident(StageEngine engine) {
            this.engine = engine;
        }
    }

    /** An engine in use. */
    static final class Loan implements AutoCloseable {
        private final ResidentEngines owner;
        private final Resident resident;

        private Loan(ResidentEngines owner, Resident resident) {
            this.owner = owner;
            this.resident = resident;
        }

        StageEngine engine() {
            return resident.engine;
        }

        @Override
        public void close() {
            owner.giveBack(resident);
        }
    }
}
