package io.selfcascade.platform.model;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** Finds the model files: those packed into the jar, replaced or joined by those of a folder. */
final class ModelFiles {

    private static final String EXTENSION = ".yml";

    private ModelFiles() {}

    /**
     * Reads all registrations.
     *
     * @param overrides a folder with more {@code .yml} files; may be missing
     * @throws CascadeException INVALID_SETTING if one of them is invalid
     */
    static ModelRegistry read(Path overrides) {
        PathMatchingResourcePatternResolver resources = new PathMatchingResourcePatternResolver();
        Map<String, Resource> files = new TreeMap<>();
        try {
            add(files, resources.getResources("classpath*:config/models/*" + EXTENSION));
            add(files, resources.getResources("file:" + overrides.toAbsolutePath() + "/*" + EXTENSION));
            Map<String, ModelRegistration> models = new TreeMap<>();
            for (Map.Entry<String, Resource> file : files.entrySet()) {
                String yaml = file.getValue().getContentAsString(StandardCharsets.UTF_8);
                models.put(file.getKey(), ModelFile.read(file.getKey(), yaml));
            }
            return new ModelRegistry(models.values());
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Cannot read the model files: " + files.keySet()
                    + " (are they readable?)", e);
        }
    }

    private static void add(Map<String, Resource> files, Resource[] found) {
        for (Resource file : found) {
            String name = Objects.requireNonNull(file.getFilename());
            files.put(name.substring(0, name.length() - EXTENSION.length()), file);
        }
    }
}
