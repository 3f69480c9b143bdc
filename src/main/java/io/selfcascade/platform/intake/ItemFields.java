package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.DUPLICATE_ID;
import static io.selfcascade.platform.intake.Violation.Kind.INVALID_VALUE;
import static io.selfcascade.platform.intake.Violation.Kind.UNKNOWN_FIELD;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one item, whether it stands in a request's {@code items} or on a line of its own. */
final class ItemFields {

    private static final Pattern CUSTOM_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final int MAX_REFERENCE = 1024;

    private ItemFields() {}

    /** @param isNew tells whether no earlier item of the request has the same custom id */
    static ItemRequest read(JsonFields fields, int maxPrompt, Predicate<String> isNew) {
        String customId = customId(fields, isNew);
        String prompt = fields.text("prompt", maxPrompt);
        String negativePrompt = fields.text("negative_prompt", maxPrompt);
        Long seed = fields.seed("seed");
        String initImage = fields.text("init_image", MAX_REFERENCE);
        if (!fields.has("init_image")) {
            fields.require("prompt", "describe the picture, or name one in init_image");
            if (prompt != null && prompt.isBlank()) {
                fields.refuse("prompt", INVALID_VALUE, "Empty (describe the picture, or name one in init_image)");
            }
        }
        for (String ofTheWorkload : List.of("width", "height", "model")) {
            if (fields.has(ofTheWorkload)) {
                fields.refuse(ofTheWorkload, UNKNOWN_FIELD, "Not a field of an item: all items of a workload share "
                        + (ofTheWorkload.equals("model") ? "its model" : "the size in cascade.target")
                        + " (set it there, or submit a second workload)");
            }
        }
        fields.refuseUnread();
        return new ItemRequest(
                customId,
                Objects.requireNonNullElse(prompt, ""),
                Objects.requireNonNullElse(negativePrompt, ""),
                seed,
                initImage);
    }

    private static @Nullable String customId(JsonFields fields, Predicate<String> isNew) {
        String customId = fields.text("custom_id", 1024);
        if (customId == null) {
            return null;
        }
        if (!CUSTOM_ID.matcher(customId).matches()) {
            fields.refuse("custom_id", INVALID_VALUE,
                    "Invalid id (expected 1 to 128 letters, digits, '.', '_' or '-', a letter or digit first)");
            return null;
        }
        if (!isNew.test(customId)) {
            fields.refuse("custom_id", DUPLICATE_ID,
                    '"' + customId + "\" names an earlier item too (give every item its own id)");
        }
        return customId;
    }
}
