package io.selfcascade.platform.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.selfcascade.platform.intake.CascadeRequest;
import io.selfcascade.platform.intake.Determinism;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Preset;
import io.selfcascade.platform.intake.StageKnobs;
import io.selfcascade.platform.intake.WorkloadRequestReader;
import io.selfcascade.platform.intake.IntakeLimits;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.spec.CascadePlan;
import io.selfcascade.spec.DecodeStage;
import io.selfcascade.spec.DenoiseStage;
import io.selfcascade.spec.Dtype;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import io.selfcascade.spec.NoiseReschedule;
import io.selfcascade.spec.Rng;
import io.selfcascade.spec.StageKind;
import io.selfcascade.spec.StageSpec;
import io.selfcascade.spec.Tiling;
import io.selfcascade.spec.UpsampleKernel;
import io.selfcascade.spec.UpsampleSpace;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadPlannerTest {

    private static final ModelRegistration SCENES = model("scenes", "a", 128);

    private final WorkloadPlanner planner = new WorkloadPlanner(PlanSettings.DEFAULT);

    @Property(tries = 500)
    void plansEveryTargetInStagesThatClimbToItAndThenDecode(
            @ForAll @IntRange(min = 1, max = 512) int width, @ForAll @IntRange(min = 1, max = 512) int height, @ForAll Preset preset) {
        ImageSize target = new ImageSize(8 * width, 8 * height);

        WorkloadPlan plan = planner.plan(CascadeRequest.of(preset, target), Determinism.STANDARD, SCENES);

        for (List<PlannedStage> variant : List.of(plan.fromPrompt(), plan.fromImage())) {
            List<StageSpec> stages = new CascadePlan(specs(variant)).stages();
            assertThat(stages.get(stages.size() - 1).kind()).isEqualTo(StageKind.DECODE);
            assertThat(stages.get(stages.size() - 1).size()).isEqualTo(target);
            for (int i = 1; i < stages.size(); i++) {
                assertThat(stages.get(i).width()).isBetween(stages.get(i - 1).width(), 2 * stages.get(i - 1).width());
                assertThat(stages.get(i).height()).isBetween(stages.get(i - 1).height(), 2 * stages.get(i - 1).height());
                assertThat(stages.get(i).kind()).isNotEqualTo(StageKind.ENCODE);
            }
        }
        assertThat(plan.fromImage().get(0).spec().kind()).isEqualTo(StageKind.ENCODE);
    }

    @Test
    void aStageAndItsDecodeGoToThePoolTheUserNames() {
        PlanSettings settings = new PlanSettings("large", 8, 524_288, 300, 60, List.of(new PlanSettings.Pool("small", 128 * 128)));
        CascadeRequest cascade = new CascadeRequest(Preset.PAPER, ImageSize.square(256), Rng.PHILOX, Dtype.F32, StageKnobs.NONE,
                List.of(StageKnobs.NONE, inPool("small")));

        WorkloadPlan named = new WorkloadPlanner(settings).plan(cascade, Determinism.STANDARD, SCENES);
        WorkloadPlan bySize = new WorkloadPlanner(settings).plan(
                CascadeRequest.of(Preset.PAPER, ImageSize.square(256)), Determinism.STANDARD, SCENES);

        assertThat(named.fromPrompt()).extracting(PlannedStage::pool).containsExactly("small", "small", "small");
        assertThat(bySize.fromPrompt()).extracting(PlannedStage::pool).containsExactly("small", "large", "large");
        assertThat(bySize.fromImage()).extracting(PlannedStage::pool).containsExactly("small", "large", "large");
    }

    @Test
    void refusesAPoolThereIsNotAndNamesTheClosest() {
        PlanSettings settings = new PlanSettings("large", 8, 524_288, 300, 60, List.of(new PlanSettings.Pool("small", 128 * 128)));
        CascadeRequest cascade = new CascadeRequest(Preset.PAPER, ImageSize.square(256), Rng.PHILOX, Dtype.F32, inPool("lrage"),
                List.of(inPool("smal")));

        assertThatThrownBy(() -> new WorkloadPlanner(settings).plan(cascade, Determinism.STANDARD, SCENES))
                .isInstanceOfSatisfying(InvalidRequestException.class, refusal -> assertThat(refusal.violations())
                        .extracting(Violation::pointer, Violation::detail).containsExactly(
                                tuple("/cascade/pool", "No such pool: lrage (did you mean large? There are: large, small)"),
                                tuple("/cascade/stages/0/pool", "No such pool: smal (did you mean small? There are: large, small)")));
    }

    private static StageKnobs inPool(String pool) {
        return new StageKnobs(null, null, null, null, null, null, null, null, null, null, null, null, null, pool);
    }

    @Test
    void plansThePaperAtFourTimesTheSide() {
        List<PlannedStage> stages = prompt(CascadeRequest.of(Preset.PAPER, ImageSize.square(512)));

        assertThat(sizes(stages)).containsExactly("128x128", "256x256", "512x512", "512x512");
        DenoiseStage second = (DenoiseStage) stages.get(1).spec();
        assertThat(second.startTimestep()).isEqualTo(700);
        assertThat(second.steps()).isEqualTo(50);
        assertThat(second.eta()).isZero();
        assertThat(second.guidance()).isEqualTo(7.5);
        assertThat(second.upsample().space()).isEqualTo(UpsampleSpace.LATENT);
        assertThat(second.upsample().kernel()).isEqualTo(UpsampleKernel.BILINEAR);
        assertThat(second.noiseReschedule()).isEqualTo(NoiseReschedule.NONE);
        assertThat(((DenoiseStage) stages.get(0).spec()).upsample()).isNull();
        assertThat(((DenoiseStage) stages.get(0).spec()).startTimestep()).isEqualTo(1000);
    }

    @Test
    void startsLaterAndLaterWhenFast() {
        List<PlannedStage> stages = prompt(CascadeRequest.of(Preset.FAST, ImageSize.square(512)));

        assertThat(stages.stream().filter(stage -> stage.spec().kind() == StageKind.DENOISE)
                .map(stage -> ((DenoiseStage) stage.spec()).startTimestep())).containsExactly(1000, 300, 200);
        assertThat(((DenoiseStage) stages.get(2).spec()).upsample().space()).isEqualTo(UpsampleSpace.PIXEL);
        assertThat(((DenoiseStage) stages.get(2).spec()).noiseReschedule()).isEqualTo(NoiseReschedule.NONE);
    }

    @Test
    void sharesAllStagesButTheFirstBetweenPromptsAndPictures() {
        WorkloadPlan plan = plan(CascadeRequest.of(Preset.PAPER, ImageSize.square(512)));

        assertThat(plan.fromImage().subList(1, 4)).isEqualTo(plan.fromPrompt().subList(1, 4));
        assertThat(plan.fromImage().get(0).spec().size()).isEqualTo(ImageSize.square(128));
    }

    @Test
    void denoisesAPictureOnceEvenIfTheTargetIsNative() {
        WorkloadPlan plan = plan(CascadeRequest.of(Preset.PAPER, ImageSize.square(128)));

        assertThat(plan.fromPrompt()).extracting(stage -> stage.spec().kind())
                .containsExactly(StageKind.DENOISE, StageKind.DECODE);
        assertThat(plan.fromImage()).extracting(stage -> stage.spec().kind())
                .containsExactly(StageKind.ENCODE, StageKind.DENOISE, StageKind.DECODE);
        assertThat(((DenoiseStage) plan.fromImage().get(1).spec()).startTimestep()).isEqualTo(700);
    }

    @Test
    void prefersTheStagesKnobToTheWorkloadsAndThatToThePresets() {
        List<PlannedStage> stages = prompt(cascade("""
                "target":{"width":512,"height":512},"steps":30,"guidance":3,"tiling":"tiled",
                "stages":[{},{"steps":10,"start_timestep":300,"upsample":{"kernel":"bicubic"},"micro_batch":2}]"""));

        DenoiseStage second = (DenoiseStage) stages.get(1).spec();
        assertThat(second.steps()).isEqualTo(10);
        assertThat(second.startTimestep()).isEqualTo(300);
        assertThat(second.upsample().kernel()).isEqualTo(UpsampleKernel.BICUBIC);
        assertThat(second.upsample().space()).isEqualTo(UpsampleSpace.LATENT);
        assertThat(stages.get(1).maxItems()).isEqualTo(2);
        assertThat(((DenoiseStage) stages.get(2).spec()).steps()).isEqualTo(30);
        assertThat(((DenoiseStage) stages.get(2).spec()).guidance()).isEqualTo(3.0);
        assertThat(((DecodeStage) stages.get(3).spec()).tiling()).isEqualTo(Tiling.TILED);
    }

    @Test
    void takesTheUsersOwnSizes() {
        List<PlannedStage> stages = prompt(cascade("""
                "target":{"width":512,"height":384},"stages":[{"width":128,"height":96},{"width":512,"height":384}]"""));

        assertThat(sizes(stages)).containsExactly("128x96", "512x384", "512x384");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', quoteCharacter = '´', value = {
        "/cascade/target/width    | (closest: 496 or 504) | \"target\":{\"width\":500,\"height\":512}",
        "/cascade/target/height   | (closest: 8)          | \"target\":{\"width\":512,\"height\":7}",
        "/cascade/stages/3        | has 3 stages          | \"target\":{\"width\":512,\"height\":512},\"stages\":[{},{},{},{}]",
        "/cascade/stages/1/width  | smaller than          | \"target\":{\"width\":64,\"height\":64},\"stages\":[{\"width\":128,\"height\":64},{\"width\":64,\"height\":64}]",
        "/cascade/stages/0/width  | expected the target   | \"target\":{\"width\":64,\"height\":64},\"stages\":[{\"width\":32,\"height\":32}]",
        "/cascade/stages/1/width  | Missing               | \"target\":{\"width\":64,\"height\":64},\"stages\":[{\"width\":64,\"height\":64},{}]",
        "/cascade/stages/0/height | no multiple of 8      | \"target\":{\"width\":64,\"height\":64},\"stages\":[{\"width\":32,\"height\":33},{\"width\":64,\"height\":64}]",
    })
    void pointsAtSizesThatCannotBe(String pointer, String part, String cascade) {
        InvalidRequestException refusal = catchThrowableOfType(InvalidRequestException.class, () -> plan(cascade(cascade)));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_SIZE);
        assertThat(refusal.violations()).extracting(Violation::pointer).containsExactly(pointer);
        assertThat(refusal.violations().get(0).detail()).contains(part);
    }

    @Test
    void givesEqualStagesOfDifferentWorkloadsOneBatchKey() {
        CascadeRequest paper = CascadeRequest.of(Preset.PAPER, ImageSize.square(512));

        assertThat(keys(planner.plan(paper, Determinism.STANDARD, SCENES))).doesNotHaveDuplicates()
                .isEqualTo(keys(planner.plan(paper, Determinism.STANDARD, SCENES)))
                .doesNotContainAnyElementsOf(keys(planner.plan(paper, Determinism.STANDARD, model("scenes", "b", 128))))
                .doesNotContainAnyElementsOf(keys(plan(CascadeRequest.of(Preset.FAST, ImageSize.square(256)))));
    }

    @Test
    void letsStrictItemsRunAloneAndNeverInTheMessageOfOthers() {
        CascadeRequest paper = CascadeRequest.of(Preset.PAPER, ImageSize.square(128));

        WorkloadPlan strict = planner.plan(paper, Determinism.STRICT, SCENES);

        assertThat(strict.fromPrompt()).allMatch(stage -> stage.maxItems() == 1);
        assertThat(keys(strict)).doesNotContainAnyElementsOf(keys(plan(paper)));
    }

    @Test
    void sendsFewerItemsAndGrantsMoreTimeTheLargerTheyAre() {
        List<PlannedStage> stages = prompt(CascadeRequest.of(Preset.PAPER, ImageSize.square(2048)));

        assertThat(stages).extracting(PlannedStage::maxItems).isSortedAccordingTo((a, b) -> b - a);
        assertThat(stages.get(0).maxItems()).isEqualTo(8);
        assertThat(stages.get(4).maxItems()).isEqualTo(1);
        assertThat(stages.get(4).runLimitSeconds()).isGreaterThan(stages.get(0).runLimitSeconds());
        assertThat(stages.get(0).runLimitSeconds()).isGreaterThanOrEqualTo(300);
    }

    @Test
    void givesADraftANumberOfItsOwnAndLeavesEveryOtherStageAsItWas() {
        CascadeRequest paper = CascadeRequest.of(Preset.PAPER, ImageSize.square(512));
        WorkloadPlan plan = plan(paper);

        WorkloadPlan stopping = planner.plan(paper, 1, Determinism.STANDARD, SCENES);

        assertThat(stopping.fromPrompt()).isEqualTo(plan.fromPrompt());
        assertThat(stopping.fromImage()).isEqualTo(plan.fromImage());
        for (List<PlannedStage> way : List.of(stopping.draftFromPrompt(), stopping.draftFromImage())) {
            assertThat(sizes(way)).containsExactly("128x128", "256x256", "256x256");
            assertThat(way.get(2).spec()).isEqualTo(new DecodeStage(4, 256, 256, Dtype.F32, Tiling.AUTO));
        }
        assertThat(stopping.draftFromPrompt().subList(0, 2)).isEqualTo(plan.fromPrompt().subList(0, 2));
        assertThat(stopping.draftFromImage().subList(0, 2)).isEqualTo(plan.fromImage().subList(0, 2));
        assertThat(keys(stopping)).doesNotContain(stopping.draftFromPrompt().get(2).batchKey());
    }

    @ParameterizedTest
    @CsvSource({"512, 2, expected 0 to 1", "256, 1, expected 0)", "128, 0, leave stop_after out"})
    void refusesToStopWhereNothingIsLeftToDo(int side, int stopAfter, String remedy) {
        CascadeRequest paper = CascadeRequest.of(Preset.PAPER, ImageSize.square(side));

        InvalidRequestException refusal = catchThrowableOfType(
                InvalidRequestException.class, () -> planner.plan(paper, stopAfter, Determinism.STANDARD, SCENES));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_STAGE);
        assertThat(refusal.violations()).extracting(Violation::pointer).containsExactly("/stop_after");
        assertThat(refusal.violations().get(0).detail()).contains(remedy);
    }

    private static CascadeRequest cascade(String fields) {
        String body = "{\"model\":\"scenes\",\"items\":[{\"prompt\":\"a\"}],\"cascade\":{" + fields + "}}";
        return new WorkloadRequestReader(IntakeLimits.DEFAULT).read(body.getBytes(StandardCharsets.UTF_8)).cascade();
    }

    private static ModelRegistration model(String id, String sha256, int side) {
        return new ModelRegistration(new ModelRef(id, sha256), "classpath:models/" + id, ImageSize.square(side), 8, "Apache-2.0");
    }

    private WorkloadPlan plan(CascadeRequest request) {
        return planner.plan(request, Determinism.STANDARD, SCENES);
    }

    private List<PlannedStage> prompt(CascadeRequest request) {
        return plan(request).fromPrompt();
    }

    private static List<StageSpec> specs(List<PlannedStage> stages) {
        return stages.stream().map(PlannedStage::spec).toList();
    }

    private static List<String> sizes(List<PlannedStage> stages) {
        return stages.stream().map(stage -> stage.spec().size().toString()).toList();
    }

    private static List<Long> keys(WorkloadPlan plan) {
        return plan.fromPrompt().stream().map(PlannedStage::batchKey).toList();
    }
}
