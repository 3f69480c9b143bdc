package io.selfcascade.platform.plan;

import io.selfcascade.platform.intake.CascadeRequest;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.StageKnobs;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.intake.Violation.Kind;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.spec.ErrorCode;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ResolutionLadder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sizes of a cascade's stages: the user's own, if every stage has one, else the paper's ladder. */
final class StageSizes {

    private final int multiple;
    private final List<Violation> violations = new ArrayList<>();

    private StageSizes(int multiple) {
        this.multiple = multiple;
    }

    /** @throws InvalidRequestException INVALID_SIZE */
    static List<ImageSize> of(CascadeRequest request, ModelRegistration model) {
        StageSizes check = new StageSizes(model.vaeScaleFactor());
        check.multiples("/cascade/target", request.target().width(), request.target().height());
        check.throwIfAny();
        List<ImageSize> own = check.own(request);
        check.throwIfAny();
        List<ImageSize> sizes = own.isEmpty()
                ? ResolutionLadder.of(model.nativeSize(), request.target(), model.vaeScaleFactor()).sizes()
                : own;
        if (request.stages().size() > sizes.size()) {
            check.refuse("/cascade/stages/" + sizes.size(), Kind.OUT_OF_RANGE, "This cascade has " + sizes.size()
                    + " stages: " + sizes + " (remove the rest, or give every stage a width and height)");
        }
        check.throwIfAny();
        return sizes;
    }

    private List<ImageSize> own(CascadeRequest request) {
        List<StageKnobs> stages = request.stages();
        if (stages.stream().allMatch(stage -> stage.width() == null)) {
            return List.of();
        }
        List<ImageSize> sizes = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            ImageSize size = size(stages.get(i), "/cascade/stages/" + i);
            if (size == null) {
                continue;
            }
            if (!sizes.isEmpty()) {
                climbs("/cascade/stages/" + i, sizes.get(sizes.size() - 1), size);
            }
            sizes.add(size);
        }
        if (violations.isEmpty() && !sizes.get(sizes.size() - 1).equals(request.target())) {
            refuse("/cascade/stages/" + (sizes.size() - 1) + "/width", Kind.INVALID_VALUE,
                    "The last stage is " + sizes.get(sizes.size() - 1) + " (expected the target, " + request.target() + ")");
        }
        return sizes;
    }

    private @Nullable ImageSize size(StageKnobs stage, String pointer) {
        Integer width = stage.width();
        Integer height = stage.height();
        if (width == null || height == null) {
            refuse(pointer + "/width", Kind.MISSING_FIELD, "Missing (give every stage a width and height, or none)");
            return null;
        }
        multiples(pointer, width, height);
        return new ImageSize(width, height);
    }

    private void climbs(String pointer, ImageSize below, ImageSize size) {
        if (size.width() < below.width() || size.height() < below.height()) {
            refuse(pointer + "/width", Kind.INVALID_VALUE, size + " is smaller than the stage before, " + below
                    + " (expected sizes that grow)");
        }
    }

    private void multiples(String pointer, int width, int height) {
        multiple(pointer + "/width", width);
        multiple(pointer + "/height", height);
    }

    private void multiple(String pointer, int side) {
        if (side % multiple != 0) {
            int below = side / multiple * multiple;
            String closest = below == 0 ? "" + multiple : below + " or " + (below + multiple);
            refuse(pointer, Kind.INVALID_VALUE, side + " is no multiple of " + multiple + " (closest: " + closest + ")");
        }
    }

    private void refuse(String pointer, Kind kind, String detail) {
        violations.add(new Violation(pointer, kind, detail));
    }

    private void throwIfAny() {
        if (!violations.isEmpty()) {
            throw new InvalidRequestException(ErrorCode.INVALID_SIZE, violations);
        }
    }
}
