package io.selfcascade.diffusion.model.unet;

import io.selfcascade.diffusion.graph.Params;
import java.util.List;
import java.util.Map;

/** Networks of a few thousand weights, with head counts, epsilons and groups unlike the defaults. */
final class TinyUNets {

    private TinyUNets() {}

    /** Three levels, attention in the middle one, 1x1 convolutions as projections. */
    static UNet2DConditionModel plain() {
        return model(Map.of("in_channels", 4, "out_channels", 4, "block_out_channels", List.of(8, 16, 24),
                "down_block_types", List.of("DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
                "up_block_types", List.of("UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
                "layers_per_block", 1, "attention_head_dim", List.of(2, 4, 3), "cross_attention_dim", 12,
                "norm_num_groups", 4, "norm_eps", 1e-3));
    }

    /** Two levels, several transformer blocks, linear projections, pooled text and picture sizes. */
    static UNet2DConditionModel extraLarge() {
        return model(Map.ofEntries(Map.entry("block_out_channels", List.of(8, 16)),
                Map.entry("down_block_types", List.of("DownBlock2D", "CrossAttnDownBlock2D")),
                Map.entry("up_block_types", List.of("CrossAttnUpBlock2D", "UpBlock2D")),
                Map.entry("layers_per_block", 2), Map.entry("attention_head_dim", List.of(2, 4)),
                Map.entry("transformer_layers_per_block", List.of(1, 2)), Map.entry("cross_attention_dim", 10),
                Map.entry("norm_num_groups", 4), Map.entry("use_linear_projection", true),
                Map.entry("addition_embed_type", "text_time"), Map.entry("addition_time_embed_dim", 6),
                Map.entry("projection_class_embeddings_input_dim", 43), Map.entry("freq_shift", 1),
                Map.entry("flip_sin_to_cos", false)));
    }

    private static UNet2DConditionModel model(Map<String, Object> config) {
        return new UNet2DConditionModel(Params.root("unet"), UNet2DConditionConfig.of(config));
    }
}
