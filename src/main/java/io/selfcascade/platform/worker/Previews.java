package io.selfcascade.platform.worker;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.message.TaskSucceeded.Artifact;
import io.selfcascade.platform.worker.StageRunner.Loaded;
import io.selfcascade.platform.worker.StageValue.Latent;
import io.selfcascade.platform.worker.StageValue.Picture;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.Tiling;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pictures of pivots, for people to look at while the cascade goes on. They are a courtesy: one that cannot be made is left
 * out, and its task succeeds all the same.
 */
final class Previews {

    private static final Logger log = LoggerFactory.getLogger(Previews.class);

    private final ArtifactStore store;
    private final Supplier<String> runIds;

    Previews(ArtifactStore store, Supplier<String> runIds) {
        this.store = store;
        this.runIds = runIds;
    }

    /** Decodes and stores the pivot an item has just reached; null if nobody asked for it, or it could not be. */
    @Nullable Artifact make(StageEngine engine, StageSpec stage, Loaded item, StageValue value) {
        String prefix = item.task().previewPrefix();
        if (prefix == null || !(value instanceof Latent pivot)) {
            return null;
        }
        try {
            Picture picture = decode(engine, stage, item.input(), pivot);
            byte[] png = PngImage.encode(picture, item.recipe().texts());
            return StageRunner.artifact(store.put(prefix + runIds.get() + ".png", png), PngImage.MEDIA_TYPE,
                    picture.width(), picture.height());
        } catch (CascadeException e) {
            log.warn("preview left out task={} code={} reason={}", item.task().taskId(), e.code(), e.getMessage());
            return null;
        }
    }

    private static Picture decode(StageEngine engine, StageSpec stage, StageInput input, Latent pivot) {
        DecodeStage decode = new DecodeStage(stage.index(), stage.width(), stage.height(), stage.dtype(), Tiling.AUTO);
        StageInput latent = new StageInput(input.seed(), input.prompt(), input.negativePrompt(), pivot, input.earlier());
        return (Picture) engine.run(decode, List.of(latent), (step, steps) -> {}).get(0);
    }
}
