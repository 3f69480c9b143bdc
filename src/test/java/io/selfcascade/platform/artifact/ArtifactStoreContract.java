package io.selfcascade.platform.artifact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every artifact store promises. */
public abstract class ArtifactStoreContract {

    /** sha256("abc") of FIPS 180-2, appendix B.1. */
    private static final String SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static final byte[] ABC = "abc".getBytes(UTF_8);

    /** An empty store. */
    protected abstract ArtifactStore store();

    @Test
    void saysDigestAndLengthOfWhatItStored() {
        assertThat(store().put("w/0/1.png", ABC)).isEqualTo(new StoredArtifact("w/0/1.png", SHA256_OF_ABC, 3));
    }

    @Test
    void givesBackWhatWasStored() throws IOException {
        ArtifactStore store = store();
        byte[] large = new byte[200_000];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31);
        }

        StoredArtifact stored = store.put("w/large", large);

        assertThat(store.read("w/large", stored.sha256())).isEqualTo(large);
        try (var in = store.open("w/large")) {
            assertThat(in.readAllBytes()).isEqualTo(large);
        }
    }

    @Test
    void takesTheSameBytesTwice() {
        ArtifactStore store = store();

        StoredArtifact first = store.put("w/a", ABC);

        assertThat(store.put("w/a", ABC)).isEqualTo(first);
    }

    @Test
    void neverReplacesAKeysBytes() {
        ArtifactStore store = store();
        store.put("w/a", ABC);

        assertFails(ErrorCode.CONFLICT, () -> store.put("w/a", "abd".getBytes(UTF_8)));

        assertThat(store.read("w/a", SHA256_OF_ABC)).isEqualTo(ABC);
    }

    @Test
    void letsOneOfManyConcurrentWritersWin() throws Exception {
        ArtifactStore store = store();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Callable<String>> writers = java.util.stream.IntStream.range(0, 8)
                .<Callable<String>>mapToObj(i -> () -> {
                    try {
                        return store.put("w/contested", new byte[] {(byte) i}).sha256();
                    } catch (CascadeException e) {
                        return e.code().name();
                    }
                }).toList();

        List<String> outcomes = new java.util.ArrayList<>();
        for (Future<String> outcome : threads.invokeAll(writers)) {
            outcomes.add(outcome.get());
        }
        threads.shutdown();

        assertThat(outcomes).filteredOn("CONFLICT"::equals).hasSize(7);
        String winner = outcomes.stream().filter(o -> !o.equals("CONFLICT")).findFirst().orElseThrow();
        assertThat(store.read("w/contested", winner)).hasSize(1);
    }

    @Test
    void leavesNothingBehindWhenTheContentFails() {
        ArtifactStore store = store();

        assertFails(ErrorCode.INTERNAL, () -> store.put("w/half", out -> {
            out.write(ABC);
            throw new IOException("the source broke");
        }));

        assertThat(store.exists("w/half")).isFalse();
        assertFails(ErrorCode.NOT_FOUND, () -> store.open("w/half"));
    }

    @Test
    void namesAFullVolume() {
        assertFails(ErrorCode.STORAGE_FULL, () -> store().put("w/big", out -> {
            out.write(ABC);
            throw new IOException("No space left on device");
        }));
    }

    @Test
    void refusesToReadOtherBytesThanAskedFor() {
        ArtifactStore store = store();
        store.put("w/a", ABC);

        assertFails(ErrorCode.ARTIFACT_CORRUPT, () -> store.read("w/a", HexFormat.of().formatHex(new byte[32])));
    }

    @Test
    void forgetsWhatWasDeleted() {
        ArtifactStore store = store();
        store.put("w/a", ABC);

        store.delete("w/a");
        store.delete("w/a");

        assertThat(store.exists("w/a")).isFalse();
        assertFails(ErrorCode.NOT_FOUND, () -> store.read("w/a", SHA256_OF_ABC));
    }

    @Test
    void doesNotTakeAPrefixForAKey() {
        ArtifactStore store = store();
        store.put("w/0/a", ABC);

        assertThat(store.exists("w/0")).isFalse();
        assertFails(ErrorCode.NOT_FOUND, () -> store.open("w/0"));
    }

    @Test
    void listsTheKeysBelowAFolderAndThoseThatBeginAlike() {
        ArtifactStore store = store();
        List.of("w/0/1/a.png", "w/0/12/b", "w/1/a", "w/results.g1.jsonl", "w/results.g2.jsonl", "w2/0/a")
                .forEach(key -> store.put(key, ABC));

        assertThat(listed(store, "w/0/")).containsExactlyInAnyOrder("w/0/1/a.png", "w/0/12/b");
        assertThat(listed(store, "w/0/1/")).containsExactly("w/0/1/a.png");
        assertThat(listed(store, "w/results.")).containsExactlyInAnyOrder("w/results.g1.jsonl", "w/results.g2.jsonl");
        assertThat(listed(store, "w/7/")).isEmpty();
        try (Stream<String> top = store.top()) {
            assertThat(top).containsExactlyInAnyOrder("w", "w2");
        }
    }

    @Test
    void storesWhileItsNeighboursAreDeleted() throws Exception {
        ArtifactStore store = store();
        ExecutorService deleter = Executors.newSingleThreadExecutor();
        Future<?> deleting = deleter.submit(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                store.delete("w/0/1/neighbour");
            }
        });

        for (int i = 0; i < 200; i++) {
            store.put("w/0/1/neighbour", ABC);
            store.put("w/0/1/mine", ABC);
            store.delete("w/0/1/mine");
        }

        assertThat(deleting.isDone()).isFalse();
        deleter.shutdownNow();
    }

    private static List<String> listed(ArtifactStore store, String prefix) {
        try (Stream<String> keys = store.list(prefix)) {
            return keys.toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", "a/./b", "a//b", "a/", ".hidden", "a/.b", "a\\b",
        "..\\x", "C:\\x", "c:x", "a\0b", "a\nb", "a b", "%2e%2e/x", "a/%2e%2e/b", "~/x", "a:b", "a*b", "a?b", "ä",
        "\u202ea", "a\u0000.png", "-rf", "_a", "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", "\uff0e\uff0e/x", "\ud800"
    })
    void refusesKeysThatAreNot(String key) {
        ArtifactStore store = store();

        assertFails(ErrorCode.INVALID_KEY, () -> store.put(key, ABC));
        assertFails(ErrorCode.INVALID_KEY, () -> store.open(key));
        assertFails(ErrorCode.INVALID_KEY, () -> store.exists(key));
        assertFails(ErrorCode.INVALID_KEY, () -> store.delete(key));
    }

    @Test
    void refusesNamesNoVolumeCanHold() {
        assertFails(ErrorCode.INVALID_KEY, () -> store().put("a".repeat(300), ABC));
        assertFails(ErrorCode.INVALID_KEY, () -> store().put(("a".repeat(60) + "/").repeat(9) + "a", ABC));
    }

    protected static void assertFails(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(
                CascadeException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
