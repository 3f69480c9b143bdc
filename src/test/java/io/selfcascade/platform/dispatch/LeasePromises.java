package io.selfcascade.platform.dispatch;

import static io.selfcascade.platform.dispatch.Promises.require;

import io.selfcascade.platform.dispatch.LedgerRows.Dispatch;
import io.selfcascade.platform.dispatch.message.TaskMessage;
import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;

/**
 * Rules 4, 5, 6 and 20 as seen from outside. Nobody loses a run whose beats lie in the topic; whoever is silent loses it once
 * everything has been read. For the one the beats that were stored count, for the other those that were applied.
 */
final class LeasePromises {

    private static final long LEASE = 30_000;
    private static final long WAITING = 960_000;

    private final Map<Long, Sent> dispatches = new HashMap<>();
    private final Beats stored = new Beats();
    private final Beats applied = new Beats();
    private final Map<TopicPartition, Long> marks = new HashMap<>();

    /** A dispatch: when it was picked, when its lease should end, who holds it, who says so and whether they were ever silent. */
    private static final class Sent {
        final long pickedAt;
        long end;
        boolean isBegun;
        String holder;
        final Map<UUID, Long> announced = new HashMap<>();
        final Set<UUID> silent = new HashSet<>();

        Sent(long pickedAt) {
            this.pickedAt = pickedAt;
            this.end = pickedAt + LEASE;
        }
    }

    /** Beats in the order of their topic: the last of the last boot counts. */
    private static final class Beats {
        final Map<String, WorkerBeat> last = new HashMap<>();
        final Map<String, Long> lastAt = new HashMap<>();
        final Map<UUID, Long> sequence = new HashMap<>();
        final Map<UUID, Long> heard = new HashMap<>();
        final Map<String, List<UUID>> boots = new HashMap<>();
        final Set<UUID> over = new HashSet<>();

        boolean isNews(WorkerBeat beat) {
            return beat.seq() > sequence.getOrDefault(beat.bootId(), 0L);
        }

        /** Whoever speaks while all that followed it have been silent since then may be the last again. */
        boolean followsTheSilent(WorkerBeat beat, long since) {
            List<UUID> known = boots.getOrDefault(beat.workerId(), List.of());
            int place = known.indexOf(beat.bootId());
            return place >= 0 && isNews(beat) && place < known.size() - 1
                    && known.subList(place + 1, known.size()).stream().allMatch(boot -> heard.get(boot) < since);
        }

        void comesBack(WorkerBeat beat) {
            boots.get(beat.workerId()).remove(beat.bootId());
            boots.get(beat.workerId()).add(beat.bootId());
        }

        /** @return whether it counts */
        boolean note(WorkerBeat beat, long now) {
            List<UUID> known = boots.computeIfAbsent(beat.workerId(), worker -> new ArrayList<>());
            if (!known.contains(beat.bootId())) {
                known.add(beat.bootId());
            }
            heard.put(beat.bootId(), now);
            boolean isLast = known.get(known.size() - 1).equals(beat.bootId());
            over.addAll(known.subList(0, known.size() - 1));
            if (!isLast || !isNews(beat)) {
                return false;
            }
            sequence.put(beat.bootId(), beat.seq());
            last.put(beat.workerId(), beat);
            lastAt.put(beat.workerId(), now);
            return true;
        }
    }

    void picked(TaskMessage message, long now) {
        dispatches.put(message.dispatchId(), new Sent(now));
    }

    boolean isBegun(long dispatch) {
        return dispatches.get(dispatch).isBegun;
    }

    /** A beat has come to the topic. */
    void stored(WorkerBeat beat, long now) {
        if (stored.followsTheSilent(beat, now - LEASE)) {
            // Whether the ledger says so depends on what it had read; of neither can more be asked.
            stored.over.addAll(stored.boots.get(beat.workerId()));
        }
        WorkerBeat former = stored.last.get(beat.workerId());
        if (!stored.note(beat, now)) {
            beat.running().forEach(run -> dispatches.get(run.dispatchId()).announced.putIfAbsent(beat.bootId(), now));
            return;
        }
        if (former != null) {
            // What it has once let go it may lose, whatever it says later: of a batch only the last beat counts.
            former.running().stream().filter(run -> !isRunning(beat, run.dispatchId()))
                    .forEach(run -> dispatches.get(run.dispatchId()).silent.add(former.bootId()));
        }
        for (WorkerBeat.Running run : beat.running()) {
            Sent sent = dispatches.get(run.dispatchId());
            if (now - sent.announced.getOrDefault(beat.bootId(), sent.pickedAt) > LEASE) {
                sent.silent.add(beat.bootId());
            }
            sent.announced.put(beat.bootId(), now);
        }
    }

    /** What the ledger has just been told. */
    void told(LedgerOperation operation, LedgerRows rows, long now) {
        if (operation instanceof LedgerOperation.Sent sending) {
            sending.messages().stream().map(message -> dispatches.get(message.dispatchId())).filter(sent -> !sent.isBegun)
                    .forEach(sent -> sent.end = sent.pickedAt + WAITING);
        } else if (operation instanceof LedgerOperation.CaughtUp caught) {
            marks.merge(caught.partition(), caught.time(), Math::max);
        } else if (operation instanceof LedgerOperation.Beats beats) {
            apply(beats, rows, now);
        } else if (operation instanceof LedgerOperation.Reap && marks.size() == Ledger.PARTITIONS.size()) {
            rows.dispatches.stream().filter(Dispatch::isOpen).forEach(dispatch ->
                    require(dispatches.get(dispatch.id).end >= mark(), "G9 a lease ends", dispatch));
        }
    }

    private void apply(LedgerOperation.Beats operation, LedgerRows rows, long now) {
        Map<UUID, WorkerBeat> news = new LinkedHashMap<>();
        comeBack(operation.beats(), now);
        operation.beats().stream().filter(beat -> applied.note(beat, now)).forEach(beat -> {
            news.remove(beat.bootId());
            news.put(beat.bootId(), beat);
        });
        Set<Long> open = new HashSet<>();
        rows.dispatches.stream().filter(Dispatch::isOpen).forEach(dispatch -> open.add(dispatch.id));
        news.values().forEach(beat -> apply(beat, open, now));
        checkRegister(rows);
    }

    private void comeBack(List<WorkerBeat> beats, long now) {
        beats.stream().filter(beat -> applied.heard.containsKey(beat.bootId())).forEach(beat -> applied.heard.put(beat.bootId(), now));
        Set<String> renewed = new HashSet<>();
        beats.stream().filter(beat -> !applied.heard.containsKey(beat.bootId())).forEach(beat -> renewed.add(beat.workerId()));
        long since = marks.size() < Ledger.PARTITIONS.size() ? Long.MIN_VALUE : mark() - LEASE;
        beats.stream().filter(beat -> !renewed.contains(beat.workerId()) && applied.followsTheSilent(beat, since)).toList()
                .forEach(applied::comesBack);
    }

    private long mark() {
        return marks.values().stream().mapToLong(time -> time).min().orElseThrow();
    }

    private void apply(WorkerBeat beat, Set<Long> open, long now) {
        Set<Long> running = new HashSet<>();
        beat.running().forEach(run -> running.add(run.dispatchId()));
        for (long id : open) {
            Sent sent = dispatches.get(id);
            if (running.contains(id)) {
                sent.isBegun = true;
                sent.holder = beat.workerId() + beat.bootId();
                sent.end = now + LEASE;
            } else if (sent.holder != null && sent.holder.startsWith(beat.workerId())
                    && (!sent.holder.endsWith(beat.bootId().toString()) || beat.state() == WorkerBeat.State.GONE)) {
                sent.end = Math.min(sent.end, now);
            }
        }
    }

    /** Rule 20: of what has been applied, the boot that came last is the worker. */
    private void checkRegister(LedgerRows rows) {
        rows.workers.forEach(worker -> require(worker.bootId.equals(applied.last.get(worker.id).bootId()),
                "G7 a former boot is over", worker));
    }

    /** Takes note that a task went back because its lease ended, and asks whether it should have. */
    void ended(long dispatch, long now, Object task) {
        Sent sent = dispatches.get(dispatch);
        boolean isAnyOver = sent.announced.keySet().stream().anyMatch(stored.over::contains);
        require(now - sent.pickedAt > LEASE || isAnyOver || isGone(sent), "G3 no lease ends before its time", task);
        require(isAnyOver || isGone(sent) || sent.announced.keySet().stream().noneMatch(boot -> isHeard(dispatch, sent, boot, now)),
                "G3 who beats keeps its run", task);
        require(sent.isBegun || sent.end < now, "G3 what waits for a worker has its time", task);
    }

    private boolean isGone(Sent sent) {
        return stored.last.values().stream().anyMatch(
                beat -> beat.state() == WorkerBeat.State.GONE && sent.announced.containsKey(beat.bootId()));
    }

    /** Whether this boot still says that it runs the dispatch, and was never silent for longer than a lease. */
    private boolean isHeard(long dispatch, Sent sent, UUID boot, long now) {
        return !sent.silent.contains(boot) && now - sent.announced.get(boot) <= LEASE && stored.last.values().stream()
                .anyMatch(beat -> beat.bootId().equals(boot) && isRunning(beat, dispatch));
    }

    private static boolean isRunning(WorkerBeat beat, long dispatch) {
        return beat.running().stream().anyMatch(run -> run.dispatchId() == dispatch);
    }

    /** Slots of the workers whose last applied beat is younger than a lease. */
    int liveSlots(String pool, long now) {
        return applied.last.values().stream().filter(beat -> beat.pool().equals(pool) && beat.state() == WorkerBeat.State.UP)
                .filter(beat -> applied.lastAt.get(beat.workerId()) > now - LEASE).mapToInt(WorkerBeat::slots).sum();
    }
}
