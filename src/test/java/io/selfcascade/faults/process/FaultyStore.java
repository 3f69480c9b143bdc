package io.selfcascade.faults.process;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.artifact.StoredArtifact;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.stream.Stream;

/**
 * The artifact store, with points before and after every effect, named after what the key holds: a stage's number, or
 * {@code items}, {@code results}, {@code manifest}.
 */
public final class FaultyStore implements ArtifactStore {

    private final ArtifactStore store;
    private final FaultPoints points;

    public FaultyStore(ArtifactStore store, FaultPoints points) {
        this.store = store;
        this.points = points;
    }

    @Override
    public StoredArtifact put(String key, Content content) {
        points.reached("put.before." + kind(key));
        StoredArtifact stored = store.put(key, content);
        points.reached("put.after." + kind(key));
        return stored;
    }

    @Override
    public InputStream open(String key) {
        points.reached("open." + kind(key));
        return new Counted(store.open(key), "read." + kind(key));
    }

    @Override
    public boolean exists(String key) {
        return store.exists(key);
    }

    @Override
    public Stream<String> list(String prefix) {
        return store.list(prefix);
    }

    @Override
    public Stream<String> top() {
        return store.top();
    }

    @Override
    public void discardUnfinished(String prefix, Instant before) {
        store.discardUnfinished(prefix, before);
    }

    @Override
    public void delete(String key) {
        store.delete(key);
    }

    /** A worker asks for this between taking a message and announcing it. */
    @Override
    public long freeBytes() {
        points.reached("asked.for.room");
        return store.freeBytes();
    }

    @Override
    public String location(String prefix) {
        return store.location(prefix);
    }

    private static String kind(String key) {
        String name = key.substring(key.lastIndexOf('/') + 1);
        return name.contains(".") ? name.substring(0, name.indexOf('.')) : name;
    }

    /** Reaches its point in the midst of a long read. */
    private final class Counted extends FilterInputStream {

        private static final int MIDST = 64 << 10;
        private final String point;
        private long bytes;

        Counted(InputStream in, String point) {
            super(in);
            this.point = point;
        }

        @Override
        public int read() throws IOException {
            count(1);
            return super.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            count(read);
            return read;
        }

        private void count(int more) {
            if (bytes < MIDST && bytes + more >= MIDST) {
                points.reached(point);
            }
            bytes += more;
        }
    }
}
