package io.selfcascade.diffusion.model.unet;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a UNet's {@code config.json}; a value the UNet has no answer to is refused, never ignored. */
final class UNetConfigReader {

    private static final Map<String, Object> FIXED = Map.ofEntries(
            Map.entry("act_fn", "silu"), Map.entry("mid_block_type", "UNetMidBlock2DCrossAttn"),
            Map.entry("downsample_padding", 1L), Map.entry("mid_block_scale_factor", 1L),
            Map.entry("only_cross_attention", false), Map.entry("dual_cross_attention", false),
            Map.entry("resnet_time_scale_shift", "default"), Map.entry("time_embedding_type", "positional"),
            Map.entry("conv_in_kernel", 3L), Map.entry("conv_out_kernel", 3L), Map.entry("attention_type", "default"),
            Map.entry("resnet_skip_time_act", false), Map.entry("resnet_out_scale_factor", 1L),
            Map.entry("class_embeddings_concat", false));
    private static final List<String> ABSENT = List.of("class_embed_type", "num_class_embeds", "encoder_hid_dim",
            "encoder_hid_dim_type", "time_cond_proj_dim", "time_embedding_dim", "time_embedding_act_fn",
            "timestep_post_act", "mid_block_only_cross_attention", "cross_attention_norm",
            "reverse_transformer_layers_per_block");

    private final Map<String, Object> json;

    UNetConfigReader(Map<String, Object> json) {
        this.json = json;
    }

    UNet2DConditionConfig read() {
        FIXED.forEach((key, wanted) -> refuseUnless(key, equal(json.getOrDefault(key, wanted), wanted)));
        ABSENT.forEach(key -> refuseUnless(key, json.get(key) == null));
        List<Integer> channels = integers("block_out_channels", 0);
        int levels = channels.size();
        return new UNet2DConditionConfig(integer("in_channels", 4), integer("out_channels", 4),
                integer("sample_size", 64), channels,
                attention("down_block_types", "CrossAttnDownBlock2D", "DownBlock2D"),
                attention("up_block_types", "CrossAttnUpBlock2D", "UpBlock2D"),
                integer("layers_per_block", 2), spread("transformer_layers_per_block", levels, 1), heads(levels),
                integer("cross_attention_dim", 1280), flag("use_linear_projection", false),
                integer("norm_num_groups", 32), number("norm_eps", 1e-5), flag("flip_sin_to_cos", true),
                number("freq_shift", 0), flag("center_input_sample", false), addition());
    }

    // attention_head_dim is the number of heads unless num_attention_heads is given; diffusers kept the mistake.
    private List<Integer> heads(int levels) {
        return spread(json.get("num_attention_heads") == null ? "attention_head_dim" : "num_attention_heads", levels, 8);
    }

    private UNet2DConditionConfig.@Nullable Addition addition() {
        if (json.get("addition_embed_type") == null) {
            return null;
        }
        refuseUnless("addition_embed_type", "text_time".equals(json.get("addition_embed_type")));
        return new UNet2DConditionConfig.Addition(integer("addition_time_embed_dim", 256),
                integer("projection_class_embeddings_input_dim", 2816));
    }

    private List<Boolean> attention(String key, String with, String without) {
        return list(key).stream().map(type -> {
            refuseUnless(key, with.equals(type) || without.equals(type));
            return with.equals(type);
        }).toList();
    }

    private List<Integer> spread(String key, int levels, int otherwise) {
        Object value = json.get(key);
        return value instanceof List ? integers(key, levels) : Collections.nCopies(levels, integer(key, otherwise));
    }

    private List<Integer> integers(String key, int wanted) {
        List<Integer> values = list(key).stream().map(value -> {
            refuseUnless(key, value instanceof Number);
            return ((Number) value).intValue();
        }).toList();
        refuseUnless(key, wanted == 0 || values.size() == wanted);
        return values;
    }

    private List<?> list(String key) {
        Object value = json.get(key);
        refuseUnless(key, value instanceof List);
        return (List<?>) Objects.requireNonNull(value);
    }

    private int integer(String key, int otherwise) {
        return (int) number(key, otherwise);
    }

    private double number(String key, double otherwise) {
        Object value = json.get(key);
        refuseUnless(key, value == null || value instanceof Number);
        return value == null ? otherwise : ((Number) value).doubleValue();
    }

    private boolean flag(String key, boolean otherwise) {
        Object value = json.get(key);
        refuseUnless(key, value == null || value instanceof Boolean);
        return value == null ? otherwise : (Boolean) value;
    }

    private void refuseUnless(String key, boolean supported) {
        if (!supported) {
            throw new CascadeException(ErrorCode.CHECKPOINT_UNSUPPORTED, "Cannot read UNet config: " + key + " = "
                    + json.get(key) + " (only Stable Diffusion 1.x, 2.x and XL shapes are known)");
        }
    }

    private static boolean equal(@Nullable Object value, Object wanted) {
        if (value instanceof Number given && wanted instanceof Number number) {
            return given.doubleValue() == number.doubleValue();
        }
        return value == null || wanted.equals(value);
    }
}
