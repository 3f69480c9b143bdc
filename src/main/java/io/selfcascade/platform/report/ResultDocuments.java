package io.selfcascade.platform.report;

import io.selfcascade.platform.artifact.StoredArtifact;
import io.selfcascade.platform.dispatch.ItemCounts;
import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.ItemState;
import io.selfcascade.platform.dispatch.LedgerItem;
import io.selfcascade.platform.dispatch.RunLedger;
import io.selfcascade.platform.dispatch.StagePlans;
import io.selfcascade.platform.dispatch.WorkloadRun;
import io.selfcascade.platform.dispatch.message.MessageJson;
import io.selfcascade.platform.intake.Workload;
import io.selfcascade.platform.intake.Workloads;
import io.selfcascade.platform.plan.PlannedStage;
import io.selfcascade.platform.plan.WorkloadPlan;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The documents of a workload, streamed from the ledger by ordinal: the same bytes whether a run is still under way and
 * somebody asks, or it ends and they are stored for good.
 */
public class ResultDocuments {

    private static final ObjectWriter JSON =
            JsonMapper.shared().writer().without(StreamWriteFeature.AUTO_CLOSE_TARGET);

    private final Workloads workloads;
    private final RunLedger runs;
    private final ItemLedger items;
    private final StagePlans plans;

    ResultDocuments(Workloads workloads, RunLedger runs, ItemLedger items, StagePlans plans) {
        this.workloads = workloads;
        this.runs = runs;
        this.items = items;
        this.plans = plans;
    }

    /** Writes one line per completed item. */
    public void writeResults(UUID workload, OutputStream out) throws IOException {
        writeLines(workload, out, true);
    }

    /** Writes one line per item that failed or was cancelled, refused lines of the input included. */
    public void writeErrors(UUID workload, OutputStream out) throws IOException {
        writeLines(workload, out, false);
    }

    /**
     * Writes the manifest: how the workload was made, and every picture with its digest.
     *
     * @param results the stored results; null while the run is under way
     * @param errors the stored errors; null while the run is under way
     * @throws CascadeException NOT_FOUND if there is no such workload
     */
    public void writeManifest(
            UUID workload, @Nullable StoredArtifact results, @Nullable StoredArtifact errors, OutputStream out) {
        WorkloadRun run = runs.get(workload);
        WorkloadPlan plan = plans.load(workload);
        Workload request = workloads.findById(workload).orElseThrow(() -> new CascadeException(
                ErrorCode.NOT_FOUND, "Cannot find workload: " + workload + " (was it deleted?)"));
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringProperty("workload_id", workload.toString());
            json.writeNumberProperty("generation", run.generation());
            if (request.name() != null) {
                json.writeStringProperty("name", request.name());
            }
            writeRecipe(request, plan, json);
            writeObject(json, "model", Map.of("id", plan.model().id(), "sha256", plan.model().sha256()));
            writeObject(json, "counts", counts(items.count(workload)));
            if (results != null && errors != null) {
                writeObject(json, "results", reference(results));
                writeObject(json, "errors", reference(errors));
            }
            json.writeArrayPropertyStart("items");
            items.forEach(workload, item -> {
                if (item.state() == ItemState.COMPLETED) {
                    json.writePOJO(result(item));
                }
            });
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private void writeLines(UUID workload, OutputStream out, boolean completed) throws IOException {
        try {
            items.forEach(workload, item -> {
                boolean isResult = item.state() == ItemState.COMPLETED;
                if (item.state() != ItemState.PENDING && isResult == completed) {
                    writeLine(isResult ? result(item) : error(item), out);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void writeLine(Map<String, Object> line, OutputStream out) {
        try {
            out.write(JSON.writeValueAsBytes(line));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> result(LedgerItem item) {
        LedgerItem.Result picture = item.result();
        Map<String, Object> line = identity(item);
        if (picture != null) {
            line.put("path", picture.key());
            line.put("sha256", picture.sha256());
            line.put("bytes", picture.bytes());
            line.put("width", picture.width());
            line.put("height", picture.height());
            if (picture.draft()) {
                line.put("draft", true);
            }
        }
        if (item.seed() != null) {
            line.put("seed", Long.toUnsignedString(item.seed()));
        }
        line.put("timings_ms", item.stageMs());
        return line;
    }

    private static Map<String, Object> error(LedgerItem item) {
        Map<String, Object> line = identity(item);
        line.put("state", item.state().name().toLowerCase(Locale.ROOT));
        line.put("refused", item.refused());
        LedgerItem.Error error = item.error();
        if (error != null) {
            Map<String, Object> reason = new LinkedHashMap<>();
            reason.put("class", error.failureClass());
            reason.put("code", error.code());
            reason.put("detail", error.detail());
            line.put("error", reason);
        }
        return line;
    }

    private static Map<String, Object> identity(LedgerItem item) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("ordinal", item.ordinal());
        if (item.customId() != null) {
            line.put("custom_id", item.customId());
        }
        return line;
    }

    private static void writeRecipe(Workload request, WorkloadPlan plan, JsonGenerator json) {
        json.writeObjectPropertyStart("recipe");
        json.writeName("cascade");
        json.writeRawValue(request.cascadeJson());
        if (request.stopAfter() != null) {
            json.writeNumberProperty("stop_after", request.stopAfter());
        }
        json.writeStringProperty("seed", Long.toUnsignedString(request.seed()));
        writeStages(json, "stages", plan.fromPrompt());
        writeStages(json, "stages_from_image", plan.fromImage());
        if (plan.hasDrafts()) {
            writeStages(json, "draft_stages", plan.draftFromPrompt());
            writeStages(json, "draft_stages_from_image", plan.draftFromImage());
        }
        json.writeEndObject();
    }

    private static void writeStages(JsonGenerator json, String name, List<PlannedStage> stages) {
        if (stages.isEmpty()) {
            return;
        }
        json.writeArrayPropertyStart(name);
        stages.forEach(stage -> json.writeRawValue(MessageJson.writeStage(stage.spec())));
        json.writeEndArray();
    }

    private static void writeObject(JsonGenerator json, String name, Map<String, ?> fields) {
        json.writeName(name);
        json.writePOJO(fields);
    }

    private static Map<String, Object> counts(ItemCounts counts) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("total", counts.total());
        fields.put("completed", counts.completed());
        fields.put("failed", counts.failed());
        fields.put("cancelled", counts.cancelled());
        return fields;
    }

    private static Map<String, Object> reference(StoredArtifact document) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("path", document.key());
        fields.put("sha256", document.sha256());
        fields.put("bytes", document.bytes());
        return fields;
    }
}
