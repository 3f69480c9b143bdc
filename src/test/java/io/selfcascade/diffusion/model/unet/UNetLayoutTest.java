package io.selfcascade.diffusion.model.unet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.selfcascade.diffusion.graph.CostModel;
import io.selfcascade.diffusion.graph.ParameterLayout;
import io.selfcascade.diffusion.graph.Params;
import io.selfcascade.diffusion.graph.Variant;
import io.selfcascade.spec.CascadeException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/** Law: key and shape of every parameter are those of the published checkpoints. No weight is allocated. */
class UNetLayoutTest {

    // Numbers of tensors and weights as published with the checkpoints.
    @ParameterizedTest
    @CsvSource({"sd15, 686, 859520964", "sd21, 686, 865910724", "sdxl, 1680, 2567463684"})
    void namesEveryTensorOfThePublishedCheckpoint(String checkpoint, int tensors, long size) throws IOException {
        ParameterLayout layout = model(config(checkpoint)).layout();

        Map<String, List<Long>> keys = new TreeMap<>();
        layout.parameters().forEach(parameter -> keys.put(parameter.key(), parameter.shape()));
        assertThat(keys).isEqualTo(published(checkpoint)).hasSize(tensors);
        assertThat(layout.size()).isEqualTo(size);
    }

    // Multiply-adds of convolutions, linear maps and attention, batch 1 and 77 tokens, by an independent count; the
    // published 1.68 TFLOP of the 1.x UNet at batch 2 includes the smaller operations.
    @ParameterizedTest
    @CsvSource({"sd15, 64, 401.6", "sd15, 128, 2337.0", "sd21, 64, 402.1", "sdxl, 128, 3380.6"})
    void costsWhatAnIndependentCountSays(String checkpoint, long side, double gigaMultiplyAdds) {
        UNet2DConditionModel model = model(config(checkpoint));
        Map<String, long[]> shapes = new HashMap<>();
        model.graph(Variant.NONE).inputs().forEach((name, node) -> shapes.put(name, switch (node.rank()) {
            case MAP -> new long[] {1, node.channels(), side, side};
            case TOKENS -> new long[] {1, 77, node.channels()};
            case EMBEDDING -> new long[] {1, node.channels()};
            default -> new long[] {1};
        }));

        CostModel.Cost cost = CostModel.of(model.graph(Variant.NONE), shapes);

        assertThat(cost.multiplyAdds() / 1e9).isCloseTo(gigaMultiplyAdds, withinPercentage(0.5));
        assertThat(cost.weightValues()).isEqualTo(model.layout().size());
    }

    @Test
    void takesTheHeadCountFromTheKeyNamedHeadDim() {
        assertThat(UNet2DConditionConfig.of(config("sd15")).heads()).containsExactly(8, 8, 8, 8);
        assertThat(UNet2DConditionConfig.of(config("sdxl")).heads()).containsExactly(5, 10, 20);
    }

    @ParameterizedTest
    @CsvSource({"class_embed_type, projection", "act_fn, gelu", "resnet_time_scale_shift, scale_shift",
        "mid_block_type, UNetMidBlock2D", "addition_embed_type, image"})
    void refusesWhatItHasNoAnswerTo(String key, String value) {
        Map<String, Object> config = config("sd15");
        config.put(key, value);

        assertThatThrownBy(() -> UNet2DConditionConfig.of(config)).isInstanceOf(CascadeException.class)
                .hasMessageContaining(key + " = " + value);
    }

    @Test
    void takesExplicitDefaultsAndNulls() {
        Map<String, Object> config = config("sd15");
        config.put("act_fn", "silu");
        config.put("downsample_padding", 1);
        config.put("class_embed_type", null);
        config.put("mid_block_scale_factor", 1.0);
        config.put("_class_name", "UNet2DConditionModel");

        assertThat(UNet2DConditionConfig.of(config)).isEqualTo(UNet2DConditionConfig.of(config("sd15")));
    }

    private static UNet2DConditionModel model(Map<String, Object> config) {
        return new UNet2DConditionModel(Params.root("unet"), UNet2DConditionConfig.of(config));
    }

    private static Map<String, Object> config(String checkpoint) {
        String cross = "CrossAttnDownBlock2D";
        String up = "CrossAttnUpBlock2D";
        Map<String, Object> config = new HashMap<>(Map.of("layers_per_block", 2));
        if (checkpoint.equals("sdxl")) {
            config.putAll(Map.of("block_out_channels", List.of(320, 640, 1280), "attention_head_dim", List.of(5, 10, 20),
                    "down_block_types", List.of("DownBlock2D", cross, cross), "up_block_types", List.of(up, up, "UpBlock2D"),
                    "transformer_layers_per_block", List.of(1, 2, 10), "cross_attention_dim", 2048,
                    "addition_embed_type", "text_time", "projection_class_embeddings_input_dim", 2816,
                    "addition_time_embed_dim", 256));
        } else {
            config.putAll(Map.of("block_out_channels", List.of(320, 640, 1280, 1280),
                    "down_block_types", List.of(cross, cross, cross, "DownBlock2D"),
                    "up_block_types", List.of("UpBlock2D", up, up, up),
                    "attention_head_dim", checkpoint.equals("sd15") ? 8 : List.of(5, 10, 20, 20),
                    "cross_attention_dim", checkpoint.equals("sd15") ? 768 : 1024));
        }
        config.put("use_linear_projection", !checkpoint.equals("sd15"));
        return config;
    }

    private static Map<String, List<Long>> published(String checkpoint) throws IOException {
        Map<String, List<Long>> keys = new TreeMap<>();
        try (InputStream names = new GZIPInputStream(UNetLayoutTest.class.getResourceAsStream(
                "/tensor-names/" + checkpoint + "_unet.json.gz"))) {
            JsonMapper.shared().readTree(names.readAllBytes()).properties().forEach(entry -> keys.put(entry.getKey(),
                    Arrays.stream(JsonMapper.shared().convertValue(entry.getValue(), long[].class)).boxed().toList()));
        }
        return keys;
    }
}
