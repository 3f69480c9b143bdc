package io.selfcascade.platform.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.StageSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How an item was made so far: everything needed to make it again, and nothing about who asked or where it lies.
 *
 * @param seed unsigned decimal
 * @param stages those that have run, first to last
 */
record Recipe(ModelRef model, String prompt, String negativePrompt, String seed, List<StageSpec> stages) {

    private static final String STAGE = "stage.";

    Recipe {
        stages = List.copyOf(stages);
    }

    /** Continues with the stages a pivot names. */
    static List<StageSpec> stagesOf(Map<String, String> metadata) {
        List<StageSpec> stages = new ArrayList<>();
        for (String stage = metadata.get(STAGE + 0); stage != null; stage = metadata.get(STAGE + stages.size())) {
            stages.add(MessageJson.readStage(stage));
        }
        return stages;
    }

    Recipe then(StageSpec stage) {
        List<StageSpec> longer = Stream.concat(stages.stream(), Stream.of(stage)).toList();
        return new Recipe(model, prompt, negativePrompt, seed, longer);
    }

    /** What a pivot carries: model and stages; the words of a prompt stay with the item. */
    Map<String, String> metadata() {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("model", model.id());
        metadata.put("model_sha256", model.sha256());
        metadata.put("seed", seed);
        for (int i = 0; i < stages.size(); i++) {
            metadata.put(STAGE + i, MessageJson.writeStage(stages.get(i)));
        }
        return metadata;
    }

    /** Text chunks of the finished picture: {@code parameters} for people's viewers, {@code selfcascade} in full. */
    Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(PngImage.PARAMETERS, infotext());
        texts.put("selfcascade", new String(MessageJson.write(this), UTF_8));
        return texts;
    }

    /** The grammar viewers know: prompt, negative prompt, a last line of at least three {@code Key: value} pairs. */
    private String infotext() {
        List<DenoiseStage> denoising = stages.stream()
                .filter(DenoiseStage.class::isInstance).map(DenoiseStage.class::cast).toList();
        StageSpec last = stages.get(stages.size() - 1);
        Map<String, String> pairs = new LinkedHashMap<>();
        if (!denoising.isEmpty()) {
            DenoiseStage first = denoising.get(0);
            pairs.put("Steps", String.valueOf(first.steps()));
            pairs.put("Sampler", first.scheduler().name());
            pairs.put("CFG scale", String.valueOf(first.guidance()));
        }
        pairs.put("Seed", seed);
        pairs.put("Size", last.size().toString());
        pairs.put("Model hash", model.sha256().substring(0, Math.min(10, model.sha256().length())));
        pairs.put("Model", model.id());
        pairs.put("Cascade",
                denoising.stream().map(stage -> stage.size().toString()).collect(Collectors.joining(", ")));
        String negative = negativePrompt.isEmpty() ? "" : "\nNegative prompt: " + negativePrompt;
        return prompt + negative + "\n" + pairs.entrySet().stream()
                .filter(pair -> !pair.getValue().isEmpty())
                .map(pair -> pair.getKey() + ": " + quoted(pair.getValue())).collect(Collectors.joining(", "));
    }

    /** A comma, colon or line break would end the value, so such values are JSON strings. */
    private static String quoted(String value) {
        if (value.chars().noneMatch(c -> c == ',' || c == ':' || c == '\n' || c == '"')) {
            return value;
        }
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
