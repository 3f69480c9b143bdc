package io.selfcascade.platform.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * The keys that some record with {@link ConfigurationProperties} reads, whether or not its role is this process's role.
 *
 * @param leaves full names in their written form, such as {@code selfcascade.embedded.directory}
 * @param open names of maps, below which every key is someone's own
 */
record KnownSettings(Set<String> leaves, Set<String> open) {

    /** Collects the keys of all settings records below a package. */
    static KnownSettings below(String basePackage) {
        KnownSettings known = new KnownSettings(new TreeSet<>(), new TreeSet<>());
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        scanner.findCandidateComponents(basePackage).forEach(candidate -> {
            Class<?> type = ClassUtils.resolveClassName(String.valueOf(candidate.getBeanClassName()), null);
            ConfigurationProperties annotation =
                    AnnotatedElementUtils.findMergedAnnotation(type, ConfigurationProperties.class);
            if (annotation != null) {
                known.add(annotation.prefix(), type);
            }
        });
        return known;
    }

    /** True if the key is read, written in any of the ways Boot accepts, with or without an index. */
    boolean has(String key) {
        String uniform = uniform(key);
        return leaves.stream().anyMatch(leaf -> uniform(leaf).equals(uniform))
                || open.stream().anyMatch(map -> uniform.startsWith(uniform(map)));
    }

    /** The known key that looks most like this one, if any is near enough to be meant. */
    Optional<String> nearest(String key) {
        int limit = Math.max(2, key.length() / 4);
        return leaves.stream().filter(leaf -> Spelling.distance(uniform(leaf), uniform(key)) <= limit)
                .min(Comparator.comparingInt(leaf -> Spelling.distance(uniform(leaf), uniform(key))));
    }

    private void add(String name, Type type) {
        Class<?> raw = raw(type);
        if (Map.class.isAssignableFrom(raw)) {
            open.add(name);
        } else if (Collection.class.isAssignableFrom(raw) && type instanceof ParameterizedType list) {
            leaves.add(name);
            add(name, list.getActualTypeArguments()[0]);
        } else if (raw.isRecord()) {
            for (RecordComponent component : raw.getRecordComponents()) {
                add(name + "." + DataObjectPropertyName.toDashedForm(component.getName()), component.getGenericType());
            }
        } else {
            leaves.add(name);
        }
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        return type instanceof ParameterizedType generic ? raw(generic.getRawType()) : Object.class;
    }

    /** Environment variables know neither dots nor dashes, so names are compared without either. */
    private static String uniform(String key) {
        String withoutIndices = key.replaceAll("\\[[^]]*]|\\.\\d+(?=\\.|$)", "");
        return withoutIndices.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }
}
