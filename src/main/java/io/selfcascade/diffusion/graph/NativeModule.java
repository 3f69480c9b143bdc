package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.diffusion.tensor.TorchRuntime;
import java.util.List;

/** A loaded TorchScript module and the two ways of calling it. Any number of threads may call it at once. */
final class NativeModule {

    private final String name;
    private final PtSymbolBlock module;

    private NativeModule(String name, PtSymbolBlock module) {
        this.name = name;
        this.module = module;
    }

    /** Loads methods; the module belongs to {@code owner}. */
    static NativeModule load(TensorScope owner, String name, String methods) {
        return new NativeModule(name, TorchScriptArchive.load(owner, methods));
    }

    /** Calls a method in inference mode; {@code arguments} stay open. */
    IValue infer(String method, IValue... arguments) {
        TorchRuntime.requirePrepared();
        try {
            return IValueUtils.runMethod(module, method, arguments);
        } catch (RuntimeException e) {
            throw NativeFailure.of(name, e);
        }
    }

    /** Calls a method in inference mode on arrays and weight lists; results belong to {@code scope}. */
    List<NDArray> infer(TensorScope scope, String method, List<NDArray> arrays, List<WeightList> weights) {
        IValue[] arguments = new IValue[arrays.size() + weights.size()];
        int opened = 0;
        try {
            for (; opened < arrays.size(); opened++) {
                arguments[opened] = IValue.from((PtNDArray) arrays.get(opened));
            }
            for (int i = 0; i < weights.size(); i++) {
                arguments[arrays.size() + i] = weights.get(i).handle();
            }
            try (IValue result = infer(method, arguments)) {
                return List.of(result.toTensorArray((PtNDManager) scope.manager()));
            }
        } finally {
            for (int i = 0; i < opened; i++) {
                arguments[i].close();
            }
        }
    }

    /**
     * Calls a method outside inference mode, so that results may enter a trained graph.
     *
     * @param gradients whether to record what backward needs
     */
    List<NDArray> call(TensorScope scope, String method, List<NDArray> arrays, List<WeightList> weights, boolean gradients) {
        TorchRuntime.requirePrepared();
        // DJL finds the method in an array's name, groups arrays of one name ending in [] to a list, and gives the
        // results to the manager of the first array.
        NDArray marker = scope.manager().create(0f);
        marker.setName("module_method:" + method);
        NDList list = new NDList();
        list.add(marker);
        for (NDArray array : arrays) {
            array.setName(null);
            list.add(array);
        }
        weights.forEach(part -> list.addAll(part.named()));
        JniUtils.setGradMode(gradients);
        try {
            return List.copyOf(IValueUtils.forward(module, list, true));
        } catch (RuntimeException e) {
            throw NativeFailure.of(name, e);
        } finally {
            JniUtils.setGradMode(false);
            marker.close();
        }
    }
}
