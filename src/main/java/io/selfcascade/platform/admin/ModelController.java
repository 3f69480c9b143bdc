package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The models workloads can name. */
@RestController
@ConditionalOnCoordinator
class ModelController {

    private final ModelRegistry models;

    ModelController(ModelRegistry models) {
        this.models = models;
    }

    @GetMapping(path = "/v1/models", produces = MediaType.APPLICATION_JSON_VALUE)
    PageBody<ModelBody> list() {
        List<ModelBody> all = models.ids().stream().flatMap(id -> models.find(id).stream()).map(ModelBody::of).toList();
        return PageBody.of(all, Math.max(1, all.size()), ModelBody::id);
    }

    /** A model as JSON. Sizes of a workload are multiples of its VAE factor. */
    record ModelBody(
            String id,
            String sha256,
            @JsonProperty("native_width") int nativeWidth,
            @JsonProperty("native_height") int nativeHeight,
            @JsonProperty("vae_scale_factor") int vaeScaleFactor,
            String licence) {

        static ModelBody of(ModelRegistration model) {
            return new ModelBody(model.ref().id(), model.ref().sha256(), model.nativeSize().width(),
                    model.nativeSize().height(), model.vaeScaleFactor(), model.licence());
        }
    }
}
