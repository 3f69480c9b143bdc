package io.selfcascade.platform.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.selfcascade.platform.dispatch.LedgerItem;
import io.selfcascade.platform.report.ArtifactView;
import io.selfcascade.platform.report.ItemStageView;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An item as JSON, with the artifacts of its stages so far; one alone also says how it fared at each. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ItemBody(
        int ordinal,
        @JsonProperty("custom_id") @Nullable String customId,
        String state,
        @Nullable String prompt,
        @JsonProperty("negative_prompt") @Nullable String negativePrompt,
        @Nullable String seed,
        @Nullable Result result,
        @Nullable Failure error,
        @JsonProperty("timings_ms") List<Integer> timingsMs,
        List<Artifact> artifacts,
        @Nullable List<Stage> stages) {

    static ItemBody of(LedgerItem item, List<ArtifactView> artifacts, @Nullable List<ItemStageView> stages) {
        return new ItemBody(
                item.ordinal(),
                item.customId(),
                item.state().stored(),
                item.spec() == null ? null : item.spec().prompt(),
                item.spec() == null ? null : item.spec().negativePrompt(),
                item.seed() == null ? null : Long.toUnsignedString(item.seed()),
                item.result() == null ? null : Result.of(item.result()),
                item.error() == null ? null : Failure.of(item.error()),
                item.stageMs(),
                artifacts.stream().filter(artifact -> artifact.ordinal() == item.ordinal()).map(Artifact::of).toList(),
                stages == null ? null : stages.stream().map(Stage::of).toList());
    }

    /** The finished picture, or a draft of it. */
    record Result(
            String sha256, long bytes, int width, int height, @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean draft) {

        static Result of(LedgerItem.Result result) {
            return new Result(result.sha256(), result.bytes(), result.width(), result.height(), result.draft());
        }
    }

    /** Why there is none. */
    record Failure(@JsonProperty("class") String failureClass, String code, String detail) {

        static Failure of(LedgerItem.Error error) {
            return new Failure(error.failureClass(), error.code(), error.detail());
        }
    }

    /** How the item fares at a stage: how often it was tried, why not with success, and when it is tried again. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Stage(int stage, String kind, int width, int height, @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean draft,
            String pool, String state, int attempts, @JsonProperty("worker_losses") int workerLosses, @Nullable Failure error,
            @JsonProperty("not_before") @Nullable Instant notBefore) {

        static Stage of(ItemStageView view) {
            return new Stage(view.stage(), view.kind(), view.width(), view.height(), view.draft(), view.pool(),
                    view.state().stored(), view.attempts(), view.workerLosses(),
                    view.error() == null ? null : Failure.of(view.error()), view.notBefore());
        }
    }

    /** What a stage left behind: a pivot or the picture. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Artifact(
            long id, int stage, @JsonProperty("media_type") String mediaType, String sha256, long bytes, String content,
            @Nullable String preview) {

        static Artifact of(ArtifactView artifact) {
            return new Artifact(artifact.id(), artifact.stage(), artifact.mediaType(), artifact.sha256(), artifact.bytes(),
                    Links.artifact(artifact.id()), artifact.preview() == null ? null : Links.preview(artifact.id()));
        }
    }
}
