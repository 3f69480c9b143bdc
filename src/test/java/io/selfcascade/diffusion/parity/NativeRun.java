package io.selfcascade.diffusion.parity;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.CheckpointWeights;
import io.selfcascade.diffusion.checkpoint.KeyBinding;
import io.selfcascade.diffusion.graph.Executable;
import io.selfcascade.diffusion.graph.Graph;
import io.selfcascade.diffusion.graph.Mode;
import io.selfcascade.diffusion.graph.ParameterLayout;
import io.selfcascade.diffusion.graph.ParameterSpec;
import io.selfcascade.diffusion.graph.Tensors;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.Dtype;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A prepared thread and one scope around each test, and the judge's arrays as ours. */
abstract class NativeRun {

    protected TensorScope scope;

    @BeforeEach
    void open() {
        TorchRuntime.prepareThread(1);
        scope = TensorScope.open(Device.CPU);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    protected final NDArray array(Reference reference, String key) {
        return scope.floats(reference.floats(key), reference.shape(key));
    }

    /** Binds a checkpoint's tensors to a layout, by the product's own rules. */
    protected final WeightSet weights(ParameterLayout layout, CheckpointWeights checkpoint) {
        Map<String, List<Long>> wanted = new LinkedHashMap<>();
        layout.parameters().forEach(parameter -> wanted.put(parameter.key(), parameter.shape()));
        Map<String, RawTensor> tensors = KeyBinding.of(layout.model(), wanted, checkpoint).tensors(wanted, checkpoint);
        return WeightSet.prepare(scope, layout, (ParameterSpec parameter) -> tensors.get(parameter.key()), Dtype.F32);
    }

    protected final float[] run(Graph graph, WeightSet weights, Map<String, NDArray> inputs) {
        Tensors outputs = Executable.load(scope, graph).run(scope, weights, new Tensors(inputs), Mode.INFER);
        return TensorScope.toFloats(outputs.only());
    }
}
