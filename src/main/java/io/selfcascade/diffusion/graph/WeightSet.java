package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.selfcascade.diffusion.tensor.RawTensor;
import io.selfcascade.diffusion.tensor.TensorScope;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Device;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Prepared weights, bound to the fingerprint of a layout: a run refuses any other. The native memory belongs to the
 * scope they were made in. A set may hold several models' weights, joined by {@link #with}; the first is "its" model.
 */
public final class WeightSet {

    /** The weights of a graph without parameters. */
    public static final WeightSet NONE = new WeightSet(List.of());

    private final List<WeightList> parts;

    private WeightSet(List<WeightList> parts) {
        this.parts = parts;
    }

    /**
     * Takes float32 arrays as weights; they now belong to {@code owner}.
     *
     * @param source gives the array of a parameter, of exactly its shape
     * @throws CascadeException SHAPE_MISMATCH if a shape differs
     */
    public static WeightSet of(TensorScope owner, ParameterLayout layout, Function<ParameterSpec, NDArray> source) {
        List<NDArray> arrays = new ArrayList<>();
        for (ParameterSpec parameter : layout.parameters()) {
            NDArray array = source.apply(parameter);
            checkShape(parameter, array.getShape());
            arrays.add(array);
        }
        return new WeightSet(List.of(new WeightList(owner, layout, Dtype.F32, arrays)));
    }

    /**
     * Prepares weights from the bytes of a checkpoint. On the processor float32 kept as float32 is not copied: the
     * arrays lie over the mapping, which must outlive {@code owner}, and must never be updated in place.
     *
     * @param source gives the stored tensor of a parameter, of exactly its shape
     * @param dtype the format to hold them in
     * @throws CascadeException SHAPE_MISMATCH if a shape differs
     */
    public static WeightSet prepare(
            TensorScope owner, ParameterLayout layout, Function<ParameterSpec, RawTensor> source, Dtype dtype) {
        try (TensorScope scope = TensorScope.open(owner)) {
            WeightCast cast = new WeightCast(scope);
            List<NDArray> arrays = new ArrayList<>();
            for (ParameterSpec parameter : layout.parameters()) {
                RawTensor raw = source.apply(parameter);
                checkShape(parameter, new Shape(raw.shape()));
                arrays.add(owner.adopt(cast.read(raw, dtype)));
            }
            return new WeightSet(List.of(new WeightList(owner, layout, dtype, arrays)));
        }
    }

    /** These weights, and those of another model for the same run. The natives stay with their owners. */
    public WeightSet with(WeightSet other) {
        List<WeightList> joined = new ArrayList<>(parts);
        joined.addAll(other.parts);
        return new WeightSet(List.copyOf(joined));
    }

    /**
     * New weights computed from these, such as with an adapter merged in. In a narrow format each array is widened to
     * float32 for {@code f} and its result narrowed again.
     *
     * @param owner owns the result
     * @param f from a parameter and its float32 array, not to be changed, to an array of the same shape
     */
    public WeightSet map(TensorScope owner, BiFunction<ParameterSpec, NDArray, NDArray> f) {
        WeightList mine = first();
        try (TensorScope scope = TensorScope.open(owner)) {
            WeightCast cast = new WeightCast(scope);
            List<NDArray> arrays = new ArrayList<>();
            for (int i = 0; i < mine.layout().parameters().size(); i++) {
                ParameterSpec parameter = mine.layout().parameters().get(i);
                NDArray mapped = f.apply(parameter, cast.convert(mine.array(i), mine.dtype(), Dtype.F32));
                checkShape(parameter, mapped.getShape());
                arrays.add(owner.adopt(cast.convert(mapped, Dtype.F32, mine.dtype())));
            }
            return new WeightSet(List.of(new WeightList(owner, mine.layout(), mine.dtype(), arrays)));
        }
    }

    /** A float32 copy that may be updated in place, owned by {@code owner}. */
    public WeightSet copy(TensorScope owner) {
        return map32(owner, array -> array);
    }

    /** A float32 copy that receives gradients in {@link Mode#TRAIN}, owned by {@code owner}. */
    public WeightSet requiringGrad(TensorScope owner) {
        return map32(owner, array -> {
            array.setRequiresGradient(true);
            return array;
        });
    }

    /** Zeros in the shapes of these weights, owned by {@code owner}. */
    WeightSet zeros(TensorScope owner) {
        return of(owner, layout(), parameter -> owner.zeros(parameter.dimensions()));
    }

    public ParameterLayout layout() {
        return first().layout();
    }

    public String fingerprint() {
        return first().fingerprint();
    }

    public Dtype dtype() {
        return first().dtype();
    }

    public Device device() {
        return first().owner().device();
    }

    /** The array of parameter {@code index}; stays owned by the set's owner. */
    public NDArray array(int index) {
        return first().array(index);
    }

    /**
     * The array of a parameter; stays owned by the set's owner.
     *
     * @throws CascadeException INVALID_KEY if there is no such parameter
     */
    public NDArray array(String key) {
        List<ParameterSpec> parameters = layout().parameters();
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).key().equals(key)) {
                return array(i);
            }
        }
        throw new CascadeException(ErrorCode.INVALID_KEY,
                "Cannot find parameter " + key + ": " + layout().model() + " has no such key (check the layout)");
    }

    /**
     * The weights of one model among these.
     *
     * @throws CascadeException GRAPH_INVALID if none has the layout's fingerprint
     */
    public WeightSet partFor(ParameterLayout wanted) {
        return new WeightSet(List.of(listFor(wanted, wanted.fingerprint())));
    }

    WeightList listFor(ParameterLayout wanted, String fingerprint) {
        for (WeightList part : parts) {
            if (part.fingerprint().equals(fingerprint)) {
                return part;
            }
        }
        throw Definition.invalid("Cannot use weights: none of the " + parts.size() + " given has the layout of "
                + wanted.model() + ", fingerprint " + fingerprint.substring(0, 12) + " (prepare them for this model)");
    }

    WeightList first() {
        Definition.require(!parts.isEmpty(), "Cannot read weights: the set is empty (prepare weights of a model)");
        return parts.get(0);
    }

    private WeightSet map32(TensorScope owner, Function<NDArray, NDArray> f) {
        WeightList mine = first();
        try (TensorScope scope = TensorScope.open(owner)) {
            WeightCast cast = new WeightCast(scope);
            List<NDArray> arrays = new ArrayList<>();
            for (int i = 0; i < mine.layout().parameters().size(); i++) {
                NDArray copy = cast.convert(mine.array(i), mine.dtype(), Dtype.F32).duplicate();
                arrays.add(f.apply(owner.adopt(copy)));
            }
            return new WeightSet(List.of(new WeightList(owner, mine.layout(), Dtype.F32, arrays)));
        }
    }

    private static void checkShape(ParameterSpec parameter, Shape shape) {
        if (!shape.equals(new Shape(parameter.dimensions()))) {
            throw new CascadeException(ErrorCode.SHAPE_MISMATCH, "Cannot bind " + parameter.key() + ": weights have "
                    + shape + ", the model wants " + parameter.shape() + " (is this another model's checkpoint?)");
        }
    }
}
