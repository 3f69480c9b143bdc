package io.selfcascade.diffusion.model;

import io.selfcascade.diffusion.checkpoint.CheckpointJson;
import io.selfcascade.diffusion.graph.ParameterLayout;
import io.selfcascade.diffusion.graph.ParameterSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Keys and shapes of published checkpoints, listed from their headers. */
public final class TensorNames {

    private TensorNames() {}

    public static Map<String, List<Long>> published(String name) {
        Map<String, List<Long>> shapes = new TreeMap<>();
        CheckpointJson.read(Path.of("src/test/resources/tensor-names", name + ".json")).forEach((key, sizes) -> shapes.put(
                key, ((List<?>) sizes).stream().map(size -> ((Number) size).longValue()).toList()));
        return shapes;
    }

    public static Map<String, List<Long>> defined(ParameterLayout layout) {
        return layout.parameters().stream().collect(
                Collectors.toMap(ParameterSpec::key, ParameterSpec::shape, (a, b) -> b, TreeMap::new));
    }
}
