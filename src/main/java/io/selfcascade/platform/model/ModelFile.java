package io.selfcascade.platform.model;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads one model file, strictly: a misspelt key would otherwise leave a wrong size or digest unnoticed. */
final class ModelFile {

    private static final Set<String> KEYS = Set.of("id", "location", "sha256", "native-size", "vae-scale-factor", "licence");
    private static final int MAX_SIDE = 8192;

    private final String name;
    private final Map<?, ?> fields;

    private ModelFile(String name, Map<?, ?> fields) {
        this.name = name;
        this.fields = fields;
    }

    /**
     * Reads a registration.
     *
     * @param name of the file without its extension; the model's id must be the same
     * @throws CascadeException INVALID_SETTING, naming file, key and value
     */
    static ModelRegistration read(String name, String yaml) {
        ModelFile file = new ModelFile(name, fields(name, yaml));
        Set<Object> unknown = new HashSet<>(file.fields.keySet());
        unknown.removeAll(KEYS);
        if (!unknown.isEmpty()) {
            throw invalid(name, "unknown keys " + unknown, "known: " + KEYS);
        }
        return file.registration();
    }

    private static Map<?, ?> fields(String name, String yaml) {
        LoaderOptions strict = new LoaderOptions();
        strict.setAllowDuplicateKeys(false);
        try {
            if (new Yaml(new SafeConstructor(strict)).load(yaml) instanceof Map<?, ?> map) {
                return map;
            }
        } catch (MarkedYAMLException e) {
            throw invalid(name, e.getProblem() + " in line " + (e.getProblemMark().getLine() + 1), "expected plain YAML");
        } catch (YAMLException e) {
            throw invalid(name, "no YAML: " + e.getMessage(), "expected plain YAML");
        }
        throw invalid(name, "no fields", "expected " + KEYS);
    }

    private ModelRegistration registration() {
        String id = text("id", "[a-z0-9][a-z0-9._-]{0,63}", "lower-case letters, digits and . _ -");
        if (!id.equals(name)) {
            throw invalid(name, "id " + id, "expected the file's own name, " + name);
        }
        int factor = number("vae-scale-factor", fields.get("vae-scale-factor"), 1, 64);
        ImageSize size = size();
        if (size.width() % factor != 0 || size.height() % factor != 0) {
            throw invalid(name, "native-size " + size, "expected multiples of vae-scale-factor " + factor);
        }
        return new ModelRegistration(
                new ModelRef(id, text("sha256", "[0-9a-f]{64}", "64 lower-case hex digits")),
                text("location", "\\S(.*\\S)?", "a folder, or classpath:models/<id>"),
                size,
                factor,
                text("licence", "\\S(.*\\S)?", "an SPDX id such as Apache-2.0"));
    }

    private ImageSize size() {
        if (!(fields.get("native-size") instanceof Map<?, ?> size) || !size.keySet().equals(Set.of("width", "height"))) {
            throw invalid(name, "native-size " + fields.get("native-size"), "expected width and height");
        }
        return new ImageSize(
                number("native-size.width", size.get("width"), 1, MAX_SIDE),
                number("native-size.height", size.get("height"), 1, MAX_SIDE));
    }

    private String text(String key, String pattern, String expected) {
        if (fields.get(key) instanceof String text && text.matches(pattern)) {
            return text;
        }
        throw invalid(name, key + " " + fields.get(key), "expected " + expected);
    }

    private int number(String key, @Nullable Object value, int min, int max) {
        if (value instanceof Integer number && number >= min && number <= max) {
            return number;
        }
        throw invalid(name, key + " " + value, "expected a whole number from " + min + " to " + max);
    }

    private static CascadeException invalid(String name, String what, String remedy) {
        return new CascadeException(
                ErrorCode.INVALID_SETTING, "Invalid config/models/" + name + ".yml: " + what + " (" + remedy + ")");
    }
}
