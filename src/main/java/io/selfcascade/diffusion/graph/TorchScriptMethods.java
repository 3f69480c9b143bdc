package io.selfcascade.diffusion.graph;

import io.selfcascade.spec.Dtype;

/** TorchScript that is not a graph: loops over weight lists, and casts of weights. */
final class TorchScriptMethods {

    private TorchScriptMethods() {}

    /** {@code to_X(x)}: the numbers in format X, always a copy: what it is made from may be unmapped. */
    static String casts() {
        StringBuilder text = new StringBuilder();
        for (Dtype to : Dtype.values()) {
            text.append(TorchScriptArchive.method("to_" + to, ", x: Tensor", "List[Tensor]",
                    "    return [torch.to(x, " + code(to) + ", False, True)]\n"));
        }
        return text.toString();
    }

    /** {@code requires_gradient(x)}: whether x takes part in a recorded computation. */
    static String requiresGradient() {
        return TorchScriptArchive.method("requires_gradient", ", x: Tensor", "bool",
                "    return ops.prim.requires_grad(x)\n");
    }

    /** {@code norm(w)}: global norm of the gradients; {@code touch(w)}: a zero through which every gradient exists. */
    static String gradients() {
        String norm = """
                    total = torch.zeros([], dtype=6, device=ops.prim.device(w[0]))
                    for i in range(torch.len(w)):
                      g = ops.prim.grad(w[i])
                      t = torch.add_(total, torch.sum(torch.mul(g, g)))
                    return torch.sqrt(total)
                """;
        String touch = """
                    total = torch.zeros([], dtype=6, device=ops.prim.device(w[0]))
                    for i in range(torch.len(w)):
                      total = torch.add(total, torch.mul(torch.sum(w[i]), 0.))
                    return [total]
                """;
        return TorchScriptArchive.method("norm", ", w: List[Tensor]", "Tensor", norm)
                + TorchScriptArchive.method("touch", ", w: List[Tensor]", "List[Tensor]", touch);
    }

    /**
     * One step of AdamW over all weights in place; the gradients, scaled by {@code clip}, are zeroed afterwards.
     *
     * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019, algorithm 2</a>
     */
    static String adamW() {
        String body = """
                    for i in range(torch.len(w)):
                      p = w[i]
                      g = ops.prim.grad(p)
                      g0 = torch.mul_(g, clip)
                      p0 = torch.mul_(p, keep)
                      m0 = torch.add_(torch.mul_(m[i], beta1), g, alpha=torch.sub(1., beta1))
                      v0 = torch.addcmul_(torch.mul_(v[i], beta2), g, g, value=torch.sub(1., beta2))
                      d = torch.add_(torch.div(torch.sqrt(v0), root), eps)
                      p1 = torch.addcdiv_(p, m0, d, value=torch.neg(size))
                      g1 = torch.zero_(g)
                    return torch.len(w)
                """;
        return TorchScriptArchive.method("adamw", ", w: List[Tensor], m: List[Tensor], v: List[Tensor], clip: float, "
                + "keep: float, beta1: float, beta2: float, root: float, eps: float, size: float", "int", body);
    }

    /** {@code average(e, w, decay)}: e becomes {@code decay e + (1 - decay) w}, in place. */
    static String average() {
        String body = """
                    for i in range(torch.len(w)):
                      a = torch.add_(torch.mul_(e[i], decay), w[i], alpha=torch.sub(1., decay))
                    return torch.len(w)
                """;
        return TorchScriptArchive.method("average", ", e: List[Tensor], w: List[Tensor], decay: float", "int", body);
    }

    private static int code(Dtype dtype) {
        return switch (dtype) {
            case F32 -> 6;
            case F16 -> 5;
            case BF16 -> 15;
        };
    }
}
