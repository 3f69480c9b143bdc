package io.selfcascade.platform.admin;

import io.selfcascade.platform.dispatch.ItemControl;
import io.selfcascade.platform.dispatch.ItemLedger;
import io.selfcascade.platform.dispatch.LedgerItem;
import io.selfcascade.platform.dispatch.NextGeneration;
import io.selfcascade.platform.intake.GenerationRequest;
import io.selfcascade.platform.report.ArtifactView;
import io.selfcascade.platform.report.ArtifactViews;
import io.selfcascade.platform.report.ItemStageViews;
import io.selfcascade.platform.report.WorkloadViews;
import io.selfcascade.platform.role.ConditionalOnCoordinator;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The items of a workload, in the order of their lines. */
@RestController
@ConditionalOnCoordinator
@RequestMapping(path = "/v1/workloads/{id}/items", produces = MediaType.APPLICATION_JSON_VALUE)
class ItemController {

    private final WorkloadViews workloads;
    private final ItemLedger items;
    private final ArtifactViews artifacts;
    private final ItemStageViews stages;
    private final ItemControl control;
    private final NextGeneration generations;

    ItemController(WorkloadViews workloads, ItemLedger items, ArtifactViews artifacts, ItemStageViews stages,
            ItemControl control, NextGeneration generations) {
        this.workloads = workloads;
        this.items = items;
        this.artifacts = artifacts;
        this.stages = stages;
        this.control = control;
        this.generations = generations;
    }

    @GetMapping
    PageBody<ItemBody> list(
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable Integer after,
            @RequestParam(defaultValue = Paging.DEFAULT_LIMIT) int limit) {
        requireWorkload(id);
        int most = Paging.limit(limit);
        return PageBody.of(bodies(id, items.page(id, after == null ? 0 : after + 1, most + 1)), most, ItemBody::ordinal);
    }

    /** One item, with what happened at every stage it has come to. */
    @GetMapping("/{ordinal}")
    ItemBody get(@PathVariable UUID id, @PathVariable int ordinal) {
        requireWorkload(id);
        return items.page(id, ordinal, 1).stream()
                .filter(item -> item.ordinal() == ordinal)
                .findFirst()
                .map(item -> ItemBody.of(item, artifacts.ofItems(id, ordinal, ordinal),
                        stages.of(id, ordinal)))
                .orElseThrow(() -> new CascadeException(ErrorCode.NOT_FOUND,
                        "Cannot find item: " + ordinal + " of workload " + id + " (items are numbered from 0)"));
    }

    /** Cancels an item that is not settled; the rest of its workload goes on. */
    @PostMapping("/{ordinal}/cancel")
    ItemBody cancel(@PathVariable UUID id, @PathVariable int ordinal) {
        requireWorkload(id);
        control.cancel(id, ordinal);
        return get(id, ordinal);
    }

    /** Has one item of an ended workload run again: its next generation, of this item alone. */
    @PostMapping("/{ordinal}/retry")
    ResponseEntity<ItemBody> retry(@PathVariable UUID id, @PathVariable int ordinal) {
        requireWorkload(id);
        generations.retry(id, new GenerationRequest(List.of(ordinal), null));
        return ResponseEntity.accepted().body(get(id, ordinal));
    }

    private List<ItemBody> bodies(UUID workload, List<LedgerItem> page) {
        if (page.isEmpty()) {
            return List.of();
        }
        List<ArtifactView> made = artifacts.ofItems(workload, page.get(0).ordinal(),
                page.get(page.size() - 1).ordinal());
        return page.stream().map(item -> ItemBody.of(item, made, null)).toList();
    }

    private void requireWorkload(UUID id) {
        workloads.get(id);
    }
}
