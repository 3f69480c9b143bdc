package io.selfcascade.diffusion.cascade;

import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.diffusion.checkpoint.KeyBinding;
import io.selfcascade.diffusion.graph.ParameterLayout;
import io.selfcascade.diffusion.graph.ParameterSpec;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.Dtype;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A component's weights: mapped once, prepared once for every number format asked for. Safe for use by several threads.
 */
final class WeightSource {

    private static final Logger log = LoggerFactory.getLogger(WeightSource.class);

    private final TensorScope owner;
    private final ParameterLayout layout;
    private final Map<String, RawTensor> tensors;
    private final Map<Dtype, WeightSet> prepared = new EnumMap<>(Dtype.class);

    /**
     * Binds a component's checkpoint to a layout; reads no weight yet.
     *
     * @param owner owns what will be prepared
     * @throws io.selfcascade.spec.CascadeException CHECKPOINT_INVALID if keys or shapes do not fit
     */
    WeightSource(TensorScope owner, DiffusersFolder folder, String component, ParameterLayout layout) {
        this.owner = owner;
        this.layout = layout;
        Map<String, List<Long>> wanted = new LinkedHashMap<>();
        layout.parameters().forEach(parameter -> wanted.put(parameter.key(), parameter.shape()));
        try (CheckpointWeights weights = folder.weights(component)) {
            KeyBinding binding = KeyBinding.of(component, wanted, weights);
            if (!binding.unexpected().isEmpty()) {
                log.warn("unused weights component={} count={} first={}",
                        component, binding.unexpected().size(), binding.unexpected().get(0));
            }
            tensors = binding.tensors(wanted, weights);
        }
    }

    /** The weights in a format; owned by the scope given at the start. */
    WeightSet in(Dtype dtype) {
        // All components of a model share the owner, which is no place for two threads at once.
        synchronized (owner) {
            return prepared.computeIfAbsent(dtype, format -> WeightSet.prepare(owner, layout, this::tensor, format));
        }
    }

    private RawTensor tensor(ParameterSpec parameter) {
        return Objects.requireNonNull(tensors.get(parameter.key()), "bound keys are all the layout's");
    }
}
