package io.selfcascade.diffusion.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects a model's parameters while its layers are constructed; the first reading of the layout closes it. */
final class LayoutBuilder {

    private final String model;
    private final List<ParameterSpec> specs = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();
    private @Nullable ParameterLayout layout;

    LayoutBuilder(String model) {
        this.model = model;
    }

    Parameter add(String key, long... shape) {
        Definition.require(layout == null,
                "Cannot add parameter " + key + ": the layout of " + model + " was already used (build all layers first)");
        Definition.require(keys.add(key), "Cannot add parameter " + key + ": it exists (use another scope name)");
        List<Long> sizes = new ArrayList<>();
        for (long size : shape) {
            Definition.require(size > 0, "Invalid shape of " + key + ": " + size + " (sizes are 1 or more)");
            sizes.add(size);
        }
        ParameterSpec spec = new ParameterSpec(key, sizes);
        specs.add(spec);
        return new Parameter(this, specs.size() - 1, spec);
    }

    ParameterLayout layout() {
        if (layout == null) {
            layout = new ParameterLayout(model, specs);
        }
        return layout;
    }
}
