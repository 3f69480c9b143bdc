package io.selfcascade.platform.model;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The models of this installation, by id. Read once at start; never changes. */
public final class ModelRegistry {

    private final SortedMap<String, ModelRegistration> models = new TreeMap<>();

    public ModelRegistry(Collection<ModelRegistration> registrations) {
        for (ModelRegistration registration : registrations) {
            models.put(registration.ref().id(), registration);
        }
    }

    public Optional<ModelRegistration> find(String id) {
        return Optional.ofNullable(models.get(id));
    }

    /** @throws CascadeException NOT_FOUND, with the ids there are */
    public ModelRegistration require(String id) {
        return find(id).orElseThrow(() -> new CascadeException(ErrorCode.NOT_FOUND,
                "Cannot find model: " + id + " (known: " + String.join(", ", ids()) + ")"));
    }

    public Set<String> ids() {
        return Collections.unmodifiableSet(models.keySet());
    }

    public Collection<ModelRegistration> all() {
        return Collections.unmodifiableCollection(models.values());
    }
}
