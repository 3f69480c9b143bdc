package io.selfcascade.diffusion.noise;

import java.util.HashMap;
import java.util.Map;

/**
 * Noise from PyTorch's CPU generator, one stream per seed, reached by replay: asking for draw n runs the stream past the
 * n draws before it, unless the previous request already stopped there. Not safe for use by several threads.
 */
public final class TorchCpuNoise implements NoiseSource {

    private final DrawPlan plan;
    private final Map<Long, Stream> streams = new HashMap<>();

    /** Noise for items that all follow one plan. */
    public TorchCpuNoise(DrawPlan plan) {
        this.plan = plan;
    }

    @Override
    public float[] draw(NoiseKey key) {
        int index = plan.indexOf(key);
        Stream stream = streams.get(key.seed());
        if (stream == null || stream.next > index) {
            stream = new Stream(key.seed());
            streams.put(key.seed(), stream);
        }
        while (stream.next < index) {
            stream.generator.skip(plan.draws().get(stream.next++).count());
        }
        stream.next++;
        return stream.generator.randn(key.count());
    }

    private static final class Stream {

        private final TorchCpuGenerator generator;
        private int next;

        private Stream(long seed) {
            generator = new TorchCpuGenerator(seed);
        }
    }
}
