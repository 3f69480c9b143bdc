package io.selfcascade.diffusion.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.spec.Dtype;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CostModelTest {

    private final Params root = Params.root("m");
    private final FeatureMap x = FeatureMap.input("x", 4);

    @Test
    void countsTheMultiplicationsOfAConvolution() {
        Graph graph = Graph.of(List.of(x), "y", root.conv2d("c", 4, 6, Kernel.DOWN_3X3).apply(x));

        CostModel.Cost cost = CostModel.of(graph, Map.of("x", new long[] {2, 4, 8, 10}));

        // Results (2, 6, 4, 5), each a sum over 4 channels and 9 taps.
        assertThat(cost.multiplyAdds()).isEqualTo(2 * 6 * 4 * 5 * 4 * 9);
        assertThat(cost.flops()).isEqualTo(2 * cost.multiplyAdds());
        assertThat(cost.weightValues()).isEqualTo(6 * 4 * 9 + 6);
    }

    @Test
    void countsAttentionOverTheSquareOfTheTokens() {
        Tokens t = Tokens.input("t", 8);
        Graph graph = Graph.of(List.of(t), "y", t.attend(t, t, 2, false, 1));

        long small = CostModel.of(graph, Map.of("t", new long[] {1, 16, 8})).multiplyAdds();
        long large = CostModel.of(graph, Map.of("t", new long[] {1, 64, 8})).multiplyAdds();

        assertThat(small).isEqualTo(2 * 16 * 16 * 8);
        assertThat(large).isEqualTo(16 * small);
    }

    @Test
    void freesValuesAfterTheirLastUse() {
        FeatureMap chain = x.silu().exp().square().silu().exp();
        FeatureMap held = x.silu();
        FeatureMap skip = held.exp().square().concat(held);
        long[] shape = {1, 4, 5, 5};

        // The input stays with the caller; beside it a chain holds an operand and a result.
        assertThat(CostModel.of(Graph.of(List.of(x), "y", chain), Map.of("x", shape)).peakValues()).isEqualTo(3 * 100);
        // Input, held map, its square and the concatenation of twice the channels.
        assertThat(CostModel.of(Graph.of(List.of(x), "y", skip), Map.of("x", shape)).peakValues()).isEqualTo(5 * 100);
    }

    @Test
    void countsViewsOnce() {
        Graph graph = Graph.of(List.of(x), "y", x.silu().channels(0, 2).detach().toTokens().square());

        CostModel.Cost cost = CostModel.of(graph, Map.of("x", new long[] {1, 4, 5, 5}));

        assertThat(cost.peakValues()).isEqualTo(100 + 100 + 50);
        assertThat(cost.peakBytes(Dtype.F16)).isEqualTo(2 * 250);
    }
}
