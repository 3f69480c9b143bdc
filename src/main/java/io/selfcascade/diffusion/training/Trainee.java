package io.selfcascade.diffusion.training;

import ai.djl.ndarray.NDArray;
import io.selfcascade.diffusion.checkpoint.SafetensorsFile;
import io.selfcascade.diffusion.checkpoint.SafetensorsWriter;
import io.selfcascade.diffusion.graph.AdamW;
import io.selfcascade.diffusion.graph.MovingAverage;
import io.selfcascade.diffusion.graph.ParameterLayout;
import io.selfcascade.diffusion.graph.ParameterSpec;
import io.selfcascade.diffusion.graph.WeightSet;
import io.selfcascade.diffusion.tensor.TensorScope;
import java.util.List;
import java.util.function.Function;

/**
 * One model under training: its weights, their moving average and the optimiser's moments, which is all that a resume
 * needs. Native memory belongs to the scope it was made in.
 */
final class Trainee {

    private static final AdamW.Settings SETTINGS = new AdamW.Settings(0.9, 0.99, 1e-8, 0.01, 1);

    private final String component;
    private final WeightSet weights;
    private final MovingAverage average;
    private final AdamW optimiser;

    /**
     * Begins at step 0.
     *
     * @param component folder of the model in a diffusers folder, such as {@code unet}; part of its keys when saved
     * @param initial row-major numbers of each parameter
     */
    Trainee(TensorScope owner, String component, ParameterLayout layout, Function<ParameterSpec, float[]> initial) {
        this.component = component;
        WeightSet start = WeightSet.of(owner, layout,
                parameter -> owner.floats(initial.apply(parameter), parameter.dimensions()));
        this.weights = start.requiringGrad(owner);
        this.average = new MovingAverage(owner, weights);
        this.optimiser = new AdamW(owner, weights, SETTINGS);
    }

    String component() {
        return component;
    }

    /** The weights that {@code TRAIN} runs use; live. */
    WeightSet weights() {
        return weights;
    }

    /** The moving average, from which samples are made; live. */
    WeightSet average() {
        return average.weights();
    }

    /** One optimiser step on the gradients collected since the last; returns their norm. */
    double step(TensorScope scope, double learningRate, double decay) {
        double norm = optimiser.step(scope, learningRate);
        average.update(decay);
        return norm;
    }

    /** Adds weights, average and moments to a checkpoint. */
    void save(SafetensorsWriter checkpoint) {
        add(checkpoint, "weights", weights);
        add(checkpoint, "average", average.weights());
        add(checkpoint, "first_moment", optimiser.firstMoments());
        add(checkpoint, "second_moment", optimiser.secondMoments());
    }

    /** Adds the average alone, under the plain keys of a diffusers weights file. */
    void export(SafetensorsWriter file) {
        List<ParameterSpec> parameters = weights.layout().parameters();
        for (int i = 0; i < parameters.size(); i++) {
            float[] numbers = TensorScope.toFloats(average.weights().array(i));
            file.tensor(parameters.get(i).key(), numbers, parameters.get(i).dimensions());
        }
    }

    /** Takes the state of a checkpoint, so that the next step is the one that would have followed. */
    void restore(TensorScope owner, SafetensorsFile checkpoint, long steps) {
        try (TensorScope scope = TensorScope.open(owner)) {
            copy(scope, checkpoint, "weights", weights);
            copy(scope, checkpoint, "average", average.weights());
            optimiser.resume(steps, read(scope, checkpoint, "first_moment"), read(scope, checkpoint, "second_moment"));
        }
    }

    private void add(SafetensorsWriter checkpoint, String part, WeightSet set) {
        List<ParameterSpec> parameters = set.layout().parameters();
        for (int i = 0; i < parameters.size(); i++) {
            float[] numbers = TensorScope.toFloats(set.array(i));
            checkpoint.tensor(name(part, parameters.get(i)), numbers, parameters.get(i).dimensions());
        }
    }

    private void copy(TensorScope scope, SafetensorsFile checkpoint, String part, WeightSet target) {
        WeightSet source = read(scope, checkpoint, part);
        for (int i = 0; i < target.layout().parameters().size(); i++) {
            NDArray array = target.array(i);
            source.array(i).copyTo(array);
        }
    }

    private WeightSet read(TensorScope scope, SafetensorsFile checkpoint, String part) {
        return WeightSet.of(scope, weights.layout(), parameter ->
                scope.floats(checkpoint.floats(name(part, parameter)), parameter.dimensions()));
    }

    private String name(String part, ParameterSpec parameter) {
        return part + "/" + component + "/" + parameter.key();
    }
}
