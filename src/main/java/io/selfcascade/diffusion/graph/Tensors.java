package io.selfcascade.diffusion.graph;

import ai.djl.ndarray.NDArray;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Arrays by the name of a graph's input or output, in order. It owns nothing; the arrays belong to their scopes.
 *
 * @param byName the arrays
 */
public record Tensors(Map<String, NDArray> byName) {

    public Tensors {
        byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    }

    /**
     * @throws CascadeException GRAPH_INVALID if there is no such name
     */
    public NDArray get(String name) {
        NDArray array = byName.get(name);
        if (array == null) {
            throw new CascadeException(ErrorCode.GRAPH_INVALID,
                    "Cannot find tensor " + name + ": there are " + byName.keySet() + " (use one of these)");
        }
        return array;
    }

    /**
     * The one array of a graph with one output.
     *
     * @throws CascadeException GRAPH_INVALID if there is not exactly one
     */
    public NDArray only() {
        Definition.require(byName.size() == 1, "Cannot take the only tensor: there are " + byName.keySet() + " (name one)");
        return byName.values().iterator().next();
    }

    /** In order. */
    public List<NDArray> inOrder() {
        return List.copyOf(byName.values());
    }
}
