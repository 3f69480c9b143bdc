package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;

/**
 * AdamW over all weights of a set, in place, as PyTorch computes it: decoupled weight decay, bias correction, epsilon
 * added to the corrected root. Two native calls a step however many weights there are.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019</a>
 */
public final class AdamW {

    private static final double CLIP_EPSILON = 1e-6;

    private final Settings settings;
    private final WeightSet weights;
    private final WeightSet firstMoments;
    private final WeightSet secondMoments;
    private final NativeModule module;
    private long steps;

    /**
     * @param beta1 decay of the first moment
     * @param beta2 decay of the second moment
     * @param epsilon added to the root of the corrected second moment
     * @param weightDecay fraction of a weight, times the learning rate, lost per step
     * @param maxNorm gradients of a larger global norm are scaled down to it
     */
    public record Settings(double beta1, double beta2, double epsilon, double weightDecay, double maxNorm) {

        /** PyTorch's defaults, without clipping. */
        public static final Settings TORCH = new Settings(0.9, 0.999, 1e-8, 0.01, Double.MAX_VALUE);
    }

    /**
     * Starts with zero moments, owned by {@code owner}.
     *
     * @param weights made by {@link WeightSet#requiringGrad}; updated by each step, owned as before
     */
    public AdamW(TensorScope owner, WeightSet weights, Settings settings) {
        this.settings = settings;
        this.weights = weights;
        this.firstMoments = weights.zeros(owner);
        this.secondMoments = weights.zeros(owner);
        this.module = NativeModule.load(owner, "AdamW", TorchScriptMethods.gradients() + TorchScriptMethods.adamW());
        giveEveryWeightAGradient(owner);
    }

    /**
     * Takes one step down the gradients collected since the last, and zeroes them. A weight no gradient reached
     * counts as having gradient zero.
     *
     * @param learningRate of this step
     * @return global norm of the gradients before clipping
     * @throws CascadeException NON_FINITE if the norm is not finite; the weights are then unchanged
     */
    public double step(TensorScope scope, double learningRate) {
        double norm = norm(scope);
        if (!Double.isFinite(norm)) {
            throw new CascadeException(ErrorCode.NON_FINITE,
                    "Cannot step: gradient norm " + norm + " (lower the learning rate or check the data)");
        }
        steps++;
        double clip = Math.min(1, settings.maxNorm() / (norm + CLIP_EPSILON));
        double correction1 = 1 - Math.pow(settings.beta1(), steps);
        double correction2 = 1 - Math.pow(settings.beta2(), steps);
        double keep = 1 - learningRate * settings.weightDecay();
        update(clip, keep, settings.beta1(), settings.beta2(), Math.sqrt(correction2), settings.epsilon(),
                learningRate / correction1);
        return norm;
    }

    /** Steps taken; with the moments and the weights, the whole state. */
    public long steps() {
        return steps;
    }

    /** Running means of the gradients; live, owned by the optimiser's owner. */
    public WeightSet firstMoments() {
        return firstMoments;
    }

    /** Running means of the squared gradients; live, owned by the optimiser's owner. */
    public WeightSet secondMoments() {
        return secondMoments;
    }

    /** Goes on from a saved state: copies the moments, sets the count. The weights are the caller's to restore. */
    public void resume(long stepsTaken, WeightSet first, WeightSet second) {
        steps = stepsTaken;
        for (int i = 0; i < weights.layout().parameters().size(); i++) {
            first.array(i).copyTo(firstMoments.array(i));
            second.array(i).copyTo(secondMoments.array(i));
        }
    }

    // A gradient never written does not exist, and reading it fails; a backward pass through zero makes all exist.
    private void giveEveryWeightAGradient(TensorScope owner) {
        try (TensorScope scope = TensorScope.open(owner)) {
            NDArray zero = module.call(scope, "touch", List.of(), List.of(weights.first()), true).get(0);
            Gradients.backward(zero);
        }
    }

    private double norm(TensorScope scope) {
        try (IValue result = module.infer("norm", weights.first().handle());
                NDArray norm = result.toTensor((PtNDManager) scope.manager())) {
            return norm.getFloat();
        }
    }

    private void update(double... numbers) {
        IValue[] arguments = new IValue[3 + numbers.length];
        arguments[0] = weights.first().handle();
        arguments[1] = firstMoments.first().handle();
        arguments[2] = secondMoments.first().handle();
        for (int i = 0; i < numbers.length; i++) {
            arguments[3 + i] = IValue.from(numbers[i]);
        }
        try (IValue count = module.infer("adamw", arguments)) {
            assert count.isLong();
        } finally {
            for (int i = 3; i < arguments.length; i++) {
                arguments[i].close();
            }
        }
    }
}
