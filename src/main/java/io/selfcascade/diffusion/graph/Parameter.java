package io.selfcascade.diffusion.graph;

/** A parameter as an operation refers to it: its place in the layout of one model. */
public final class Parameter {

    private final LayoutBuilder layout;
    private final int index;
    private final ParameterSpec spec;

    Parameter(LayoutBuilder layout, int index, ParameterSpec spec) {
        this.layout = layout;
        this.index = index;
        this.spec = spec;
    }

    /** Position in the layout, and so in every weight list of the model. */
    public int index() {
        return index;
    }

    public ParameterSpec spec() {
        return spec;
    }

    public String key() {
        return spec.key();
    }

    /** Size of one axis of the shape. */
    public int size(int axis) {
        return Math.toIntExact(spec.shape().get(axis));
    }

    LayoutBuilder layout() {
        return layout;
    }

    @Override
    public String toString() {
        return spec.key() + spec.shape();
    }
}
