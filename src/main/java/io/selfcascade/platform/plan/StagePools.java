package io.selfcascade.platform.plan;

import io.selfcascade.platform.intake.CascadeRequest;
import io.selfcascade.platform.intake.InvalidRequestException;
import io.selfcascade.platform.intake.Violation;
import io.selfcascade.platform.settings.Spelling;
import io.selfcascade.spec.ErrorCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pools a user names for stages: only those the operator has set up, or the tasks would wait for ever. */
final class StagePools {

    private final PlanSettings settings;
    private final List<Violation> violations = new ArrayList<>();

    private StagePools(PlanSettings settings) {
        this.settings = settings;
    }

    /** @throws InvalidRequestException INVALID_REQUEST with every pool there is not */
    static void check(CascadeRequest request, PlanSettings settings) {
        StagePools pools = new StagePools(settings);
        pools.check("/cascade/pool", request.every().pool());
        for (int stage = 0; stage < request.stages().size(); stage++) {
            pools.check("/cascade/stages/" + stage + "/pool", request.stages().get(stage).pool());
        }
        if (!pools.violations.isEmpty()) {
            throw new InvalidRequestException(ErrorCode.INVALID_REQUEST, pools.violations);
        }
    }

    private void check(String pointer, @Nullable String pool) {
        if (pool != null && !settings.poolNames().contains(pool)) {
            String closest = settings.poolNames().stream().min(Comparator.comparingInt(name -> Spelling.distance(name, pool))).orElseThrow();
            violations.add(new Violation(pointer, Violation.Kind.INVALID_VALUE, "No such pool: " + pool + " (did you mean "
                    + closest + "? There are: " + String.join(", ", settings.poolNames()) + ")"));
        }
    }
}
