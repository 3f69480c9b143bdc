package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.WorkerBeat;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Tells news from echoes: a beat with a smaller number than its boot's last one, or of a boot that another has followed.
 *
 * <p>Known since this process reads the topic; an echo from before it would only mark a worker's boot for one beat.
 */
final class BeatOrder {

    private final Map<String, Latest> latest = new HashMap<>();

    /** Takes note of the beat. Called by one thread, in the order of the topic. */
    boolean isNews(WorkerBeat beat) {
        Latest known = latest.computeIfAbsent(beat.workerId(), id -> new Latest(beat.bootId()));
        if (known.former.contains(beat.bootId())) {
            return false;
        }
        if (!known.boot.equals(beat.bootId())) {
            known.former.add(known.boot);
            known.boot = beat.bootId();
        } else if (beat.seq() <= known.seq) {
            return false;
        }
        known.seq = beat.seq();
        return true;
    }

    private static final class Latest {
        private final Set<UUID> former = new HashSet<>();
        private UUID boot;
        private long seq = Long.MIN_VALUE;

        private Latest(UUID boot) {
            this.boot = boot;
        }
    }
}
