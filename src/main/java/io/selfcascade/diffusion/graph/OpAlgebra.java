package io.selfcascade.diffusion.graph;

/**
 * One meaning of every operation, over operands of type {@code T}: text, arrays, shapes, tiles.
 *
 * @param <T> what stands for a value
 */
public interface OpAlgebra<T> {

    T input(Op.Input op);

    T convolution(Op.Convolution op, T x);

    T linear(Op.LinearMap op, T x);

    T groupNorm(Op.GroupNormalise op, T x);

    T layerNorm(Op.LayerNormalise op, T x);

    T lookup(Op.Lookup op, T ids);

    T addPositions(Op.AddPositions op, T tokens);

    T unary(Op.Unary op, T x);

    T binary(Op.Binary op, T x, T y);

    T affine(Op.Affine op, T x);

    T clamp(Op.Clamp op, T x);

    T detach(Op.Detach op, T x);

    T perChannel(Op.PerChannel op, T map, T embedding);

    T perItem(Op.PerItem op, T map, T scalar);

    T concat(Op.Concat op, T x, T y);

    T channels(Op.Channels op, T x);

    T channelMean(Op.ChannelMean op, T map);

    T pad(Op.Pad op, T map);

    T averagePool(Op.AveragePool op, T map);

    T resizeLike(Op.ResizeLike op, T map, T like);

    T resize(Op.Resize op, T map);

    T toTokens(Op.ToTokens op, T map);

    T toMap(Op.ToMap op, T tokens, T like);

    T attention(Op.Attention op, T queries, T keys, T values);

    T tokenAt(Op.TokenAt op, T tokens, T ids);

    T sinusoidal(Op.Sinusoidal op, T x);

    T meanPerItem(Op.MeanPerItem op, T x);

    T meanAll(Op.MeanAll op, T x);
}
