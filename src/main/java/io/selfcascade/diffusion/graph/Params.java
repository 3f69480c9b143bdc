package io.selfcascade.diffusion.graph;

/**
 * A scope of parameter names. Layers made in it register their keys and shapes; no weight is needed or allocated.
 *
 * <pre>{@code
 * Params root = Params.root("unet");
 * Conv2d conv = root.at("down_blocks", 0).conv2d("conv", 4, 320, Kernel.SAME_3X3);   // down_blocks.0.conv.weight, .bias
 * ParameterLayout layout = root.layout();
 * }</pre>
 */
public final class Params {

    private final LayoutBuilder layout;
    private final String prefix;

    private Params(LayoutBuilder layout, String prefix) {
        this.layout = layout;
        this.prefix = prefix;
    }

    /** Starts the layout of a model; models used in one graph have different names. */
    public static Params root(String model) {
        return new Params(new LayoutBuilder(model), "");
    }

    /** The scope {@code name} within this one. */
    public Params at(String name) {
        return new Params(layout, prefix + name + ".");
    }

    /** The scope {@code name.index} within this one. */
    public Params at(String name, int index) {
        return at(name + "." + index);
    }

    /** The model's layout, all scopes together. No layer can be made afterwards. */
    public ParameterLayout layout() {
        return layout.layout();
    }

    /** A convolution with bias. */
    public Conv2d conv2d(String name, int in, int out, Kernel kernel) {
        Parameter weight = parameter(name + ".weight", out, in, kernel.size(), kernel.size());
        return new Conv2d(weight, parameter(name + ".bias", out), kernel);
    }

    /** A linear map with bias. */
    public Linear linear(String name, int in, int out) {
        Parameter weight = parameter(name + ".weight", out, in);
        return new Linear(weight, parameter(name + ".bias", out));
    }

    /** A linear map without bias. */
    public Linear linearWithoutBias(String name, int in, int out) {
        return new Linear(parameter(name + ".weight", out, in), null);
    }

    /** Group normalisation with scale and shift. */
    public GroupNorm groupNorm(String name, int channels, NormConfig norm) {
        Definition.require(channels % norm.groups() == 0, "Cannot normalise " + prefix + name + ": " + channels
                + " channels in " + norm.groups() + " groups (groups must divide channels)");
        Parameter weight = parameter(name + ".weight", channels);
        return new GroupNorm(weight, parameter(name + ".bias", channels), norm);
    }

    /** Layer normalisation with scale and shift. */
    public LayerNorm layerNorm(String name, int channels, double epsilon) {
        Parameter weight = parameter(name + ".weight", channels);
        return new LayerNorm(weight, parameter(name + ".bias", channels), epsilon);
    }

    /** A table of {@code rows} vectors, as {@code name.weight}. */
    public Table table(String name, int rows, int channels) {
        return new Table(parameter(name + ".weight", rows, channels));
    }

    private Parameter parameter(String name, long... shape) {
        return layout.add(prefix + name, shape);
    }
}
