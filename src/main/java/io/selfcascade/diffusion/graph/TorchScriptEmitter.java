package io.selfcascade.diffusion.graph;

import io.selfcascade.diffusion.graph.Op.Arithmetic;
import io.selfcascade.diffusion.graph.Op.Resampling;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes a graph as TorchScript: one method {@code forward} taking the inputs and one list of weights per model, and
 * returning the list of outputs. The text holds no device and no number format but float32, which is the format at its
 * borders and of timestep embeddings; everything between is in the format of the weights given.
 */
final class TorchScriptEmitter implements OpAlgebra<String> {

    private static final String FLOAT32 = "6";

    private final Graph graph;
    private final StringBuilder body = new StringBuilder();

    private TorchScriptEmitter(Graph graph) {
        this.graph = graph;
    }

    static String emit(Graph graph) {
        return new TorchScriptEmitter(graph).text();
    }

    private String text() {
        if (hasWeights()) {
            body.append("    dtype = ops.prim.dtype(w0[0])\n");
        }
        Map<Node, String> names = new IdentityHashMap<>();
        for (Node node : graph.order()) {
            List<String> operands = node.operands().stream().map(names::get).toList();
            String name = "v" + names.size();
            String expression = node.op().on(this, operands);   // may write lines of its own first
            body.append("    ").append(name).append(" = ").append(expression).append('\n');
            names.put(node, name);
        }
        String results = graph.outputs().values().stream().map(names::get)
                .map(name -> hasWeights() ? "torch.to(" + name + ", " + FLOAT32 + ")" : name)
                .collect(Collectors.joining(", "));
        return TorchScriptArchive.method("forward", signature(), "List[Tensor]", body + "    return [" + results + "]\n");
    }

    private String signature() {
        StringBuilder arguments = new StringBuilder();
        for (String input : graph.inputs().keySet()) {
            arguments.append(", ").append(inputName(input)).append(": Tensor");
        }
        for (int i = 0; i < graph.layouts().size(); i++) {
            arguments.append(", w").append(i).append(": List[Tensor]");
        }
        return arguments.toString();
    }

    private String inputName(String input) {
        return "x" + List.copyOf(graph.inputs().keySet()).indexOf(input);
    }

    private boolean hasWeights() {
        return !graph.layouts().isEmpty();
    }

    private String weight(Parameter parameter) {
        return "w" + graph.layoutOf(parameter) + "[" + parameter.index() + "]";
    }

    @Override
    public String input(Op.Input op) {
        String name = inputName(op.name());
        return op.exact() || !hasWeights() ? name : "torch.to(" + name + ", dtype)";
    }

    @Override
    public String convolution(Op.Convolution op, String x) {
        Kernel k = op.kernel();
        return call("conv2d", x, weight(op.weight()), weight(op.bias()), pair(k.stride()), pair(k.padding()), pair(k.dilation()));
    }

    @Override
    public String linear(Op.LinearMap op, String x) {
        return call("linear", x, weight(op.weight()), op.bias().isEmpty() ? "None" : weight(op.bias().get(0)));
    }

    @Override
    public String groupNorm(Op.GroupNormalise op, String x) {
        return call("group_norm", x, text(op.groups()), weight(op.weight()), weight(op.bias()), text(op.epsilon()));
    }

    @Override
    public String layerNorm(Op.LayerNormalise op, String x) {
        return call("layer_norm", x, "[" + op.weight().size(0) + "]", weight(op.weight()), weight(op.bias()), text(op.epsilon()));
    }

    @Override
    public String lookup(Op.Lookup op, String ids) {
        return call("embedding", weight(op.table()), ids);
    }

    @Override
    public String addPositions(Op.AddPositions op, String tokens) {
        return call("add", tokens, call("narrow", weight(op.table()), "0", "0", size(tokens, 1)));
    }

    @Override
    public String unary(Op.Unary op, String x) {
        return switch (op.function()) {
            case SILU -> call("silu", x);
            case GELU -> call("gelu", x);
            case QUICK_GELU -> call("mul", x, call("sigmoid", call("mul", x, "1.702")));
            case EXP -> call("exp", x);
            case ABS -> call("abs", x);
            case SQUARE -> call("mul", x, x);
        };
    }

    @Override
    public String binary(Op.Binary op, String x, String y) {
        return arithmetic(op.arithmetic(), x, y);
    }

    @Override
    public String affine(Op.Affine op, String x) {
        String scaled = op.scale() == 1 ? x : call("mul", x, text(op.scale()));
        return op.shift() == 0 && op.scale() != 1 ? scaled : call("add", scaled, text(op.shift()));
    }

    @Override
    public String clamp(Op.Clamp op, String x) {
        return call("clamp", x, text(op.low()), text(op.high()));
    }

    @Override
    public String detach(Op.Detach op, String x) {
        return call("detach", x);
    }

    @Override
    public String perChannel(Op.PerChannel op, String map, String embedding) {
        return arithmetic(op.arithmetic(), map, call("unsqueeze", call("unsqueeze", embedding, "-1"), "-1"));
    }

    @Override
    public String perItem(Op.PerItem op, String map, String scalar) {
        return call("mul", map, call("reshape", scalar, "[-1, 1, 1, 1]"));
    }

    @Override
    public String concat(Op.Concat op, String x, String y) {
        return call("cat", "[" + x + ", " + y + "]", text(op.axis()));
    }

    @Override
    public String channels(Op.Channels op, String x) {
        return call("narrow", x, text(op.axis()), text(op.from()), text(op.to() - op.from()));
    }

    @Override
    public String channelMean(Op.ChannelMean op, String map) {
        return call("mean", map, "[1]", "True");
    }

    @Override
    public String pad(Op.Pad op, String map) {
        return call("constant_pad_nd", map,
                "[" + op.left() + ", " + op.right() + ", " + op.top() + ", " + op.bottom() + "]");
    }

    @Override
    public String averagePool(Op.AveragePool op, String map) {
        return call("avg_pool2d", map, pair(op.side()), pair(op.side()));
    }

    @Override
    public String resizeLike(Op.ResizeLike op, String map, String like) {
        return resample(op.kernel(), map, "[" + size(like, 2) + ", " + size(like, 3) + "]");
    }

    @Override
    public String resize(Op.Resize op, String map) {
        return resample(op.kernel(), map, "[" + call("mul", size(map, 2), text(op.factor())) + ", "
                + call("mul", size(map, 3), text(op.factor())) + "]");
    }

    @Override
    public String toTokens(Op.ToTokens op, String map) {
        return call("transpose", call("flatten", map, "2"), "1", "2");
    }

    @Override
    public String toMap(Op.ToMap op, String tokens, String like) {
        return call("reshape", call("transpose", tokens, "1", "2"),
                "[" + size(like, 0) + ", -1, " + size(like, 2) + ", " + size(like, 3) + "]");
    }

    @Override
    public String attention(Op.Attention op, String queries, String keys, String values) {
        String attended = call("scaled_dot_product_attention", heads(op, queries), heads(op, keys), heads(op, values),
                "None", "0.", op.causal() ? "True" : "False", "scale=" + text(op.scale()));
        return call("flatten", call("transpose", attended, "1", "2"), "2");
    }

    @Override
    public String tokenAt(Op.TokenAt op, String tokens, String ids) {
        String marks = op.id() < 0 ? ids : call("mul", call("eq", ids, Long.toString(op.id())), "1");
        String index = call("unsqueeze", call("argmax", marks, "1", "True"), "-1");
        String spread = call("expand", index, "[-1, -1, " + size(tokens, 2) + "]");
        return call("squeeze", call("gather", tokens, "1", spread), "1");
    }

    @Override
    public String sinusoidal(Op.Sinusoidal op, String x) {
        int half = op.size() / 2;
        String steps = call("arange", text(half), "dtype=" + FLOAT32, "device=ops.prim.device(" + x + ")");
        String exponents = call("div", call("mul", steps, text(-Math.log(10000))), text(half - op.freqShift()));
        body.append("    angles = ")
                .append(call("mul", call("unsqueeze", x, "-1"), call("exp", exponents))).append('\n');
        String halves = op.flipSinToCos() ? "[torch.cos(angles), torch.sin(angles)]" : "[torch.sin(angles), torch.cos(angles)]";
        String embedded = call("flatten", call("cat", halves, "-1"), "1");
        return hasWeights() ? call("to", embedded, "dtype") : embedded;
    }

    @Override
    public String meanPerItem(Op.MeanPerItem op, String x) {
        return call("mean", call("flatten", x, "1"), "[1]");
    }

    @Override
    public String meanAll(Op.MeanAll op, String x) {
        return call("mean", x);
    }

    private static String heads(Op.Attention op, String tokens) {
        return call("transpose", call("unflatten", tokens, "2", "[" + op.heads() + ", -1]"), "1", "2");
    }

    private static String resample(Resampling kernel, String map, String size) {
        return switch (kernel) {
            case NEAREST -> call("upsample_nearest2d", map, size, "None");
            case BILINEAR -> call("upsample_bilinear2d", map, size, "False", "None");
            case BICUBIC -> call("upsample_bicubic2d", map, size, "False", "None");
        };
    }

    private static String arithmetic(Arithmetic arithmetic, String x, String y) {
        return switch (arithmetic) {
            case ADD -> call("add", x, y);
            case SUBTRACT -> call("sub", x, y);
            case MULTIPLY -> call("mul", x, y);
        };
    }

    private static String call(String function, String... arguments) {
        return "torch." + function + "(" + String.join(", ", arguments) + ")";
    }

    private static String size(String value, int axis) {
        return call("size", value, text(axis));
    }

    private static String pair(int n) {
        return "[" + n + ", " + n + "]";
    }

    private static String text(int n) {
        return Integer.toString(n);
    }

    private static String text(double x) {
        return Double.toString(x);
    }
}
