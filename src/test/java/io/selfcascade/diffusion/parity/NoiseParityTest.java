package io.selfcascade.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.diffusion.noise.TorchCpuGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code torch.randn} on the CPU: the stream behind {@code rng = torch-cpu}. */
class NoiseParityTest {

    // The judge's build takes logarithms and cosines eight at a time; ours one by one. The last bits differ.
    private static final double LAST_BITS = 2e-6;

    private static final Reference TENSORS = Reference.open("tensors/tensors.safetensors");

    @ParameterizedTest
    @ValueSource(longs = {0, 42, 1234567, 4294967295L, 1L << 40 | 7, Long.MAX_VALUE})
    void drawsTheSameNumbersFromASeed(long seed) {
        for (String shape : new String[] {"6", "15", "16", "17", "100", "1x4x9x11"}) {
            float[] expected = TENSORS.floats("randn." + seed + "." + shape);

            agrees("randn · seed " + seed + " · " + shape, new TorchCpuGenerator(seed).randn(expected.length), expected);
        }
    }

    @Test
    void continuesTheStreamFromDrawToDraw() {
        TorchCpuGenerator generator = new TorchCpuGenerator(7);

        for (int i = 0; i < 5; i++) {
            float[] expected = TENSORS.floats("stream.7." + i);
            agrees("randn · stream of 7 · draw " + i, generator.randn(expected.length), expected);
        }
    }

    @Test
    void reachesALaterDrawBySkipping() {
        TorchCpuGenerator generator = new TorchCpuGenerator(7);
        for (int i = 0; i < 4; i++) {
            generator.skip((int) LongStream.of(TENSORS.shape("stream.7." + i)).reduce(1, (a, b) -> a * b));
        }

        float[] expected = TENSORS.floats("stream.7.4");
        agrees("randn · stream of 7 · skipped to draw 4", generator.randn(expected.length), expected);
    }

    private static void agrees(String what, float[] actual, float[] expected) {
        Judge.agrees(what, actual, expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs((double) actual[i] - expected[i])).as(what + " at " + i).isLessThan(LAST_BITS);
        }
    }
}
