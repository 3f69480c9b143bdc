package io.selfcascade.platform.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.selfcascade.platform.report.WorkloadView.Counts;
import io.selfcascade.platform.report.WorkloadView.StageView;
import io.selfcascade.platform.report.WorkloadView.StageView.Purpose;
import java.util.List;
import org.junit.jupiter.api.Test;

class EtaTest {

    private static final Counts HALF_DONE = new Counts(10, 5, 0, 5, 0, 0);

    @Test
    void multipliesWhatIsLeftByWhatItHasTaken() {
        StageView only = stage(0, 100, 5, 10_000);

        assertThat(Eta.seconds(List.of(only), HALF_DONE, 1)).isEqualTo(10);
        assertThat(Eta.seconds(List.of(only), HALF_DONE, 2)).isEqualTo(5);
    }

    @Test
    void weighsAStageThatHasNotRunByItsWork() {
        Counts fresh = new Counts(10, 10, 0, 0, 0, 0);
        StageView first = stage(0, 100, 10, 10_000);
        StageView second = stage(1, 300, 0, 0);

        assertThat(Eta.seconds(List.of(first, second), fresh, 1)).isEqualTo(30);
    }

    @Test
    void isSilentBeforeThereIsAnythingToEstimateFrom() {
        assertThat(Eta.seconds(List.of(stage(0, 100, 0, 0)), HALF_DONE, 1)).isNull();
        assertThat(Eta.seconds(List.of(stage(0, 100, 5, 1)), HALF_DONE, 0)).isNull();
        assertThat(Eta.seconds(List.of(stage(0, 100, 5, 1)), new Counts(null, 0, 0, 0, 0, 0), 1)).isNull();
    }

    /** Ten drafts, of which two go on: one has its picture, the other waits for stage 1. */
    @Test
    void countsOnlyWhatPromotedItemsHaveBeforeThem() {
        StageView first = stage(0, 100, 10, 10_000);
        StageView second = new StageView(1, "denoise", Purpose.PROMOTED, 2, 10, 10, 300, 1, 0, 1, 0, 3_000);
        StageView decode = new StageView(2, "decode", Purpose.PROMOTED, 2, 10, 10, 100, 0, 0, 1, 0, 1_000);
        StageView draft = new StageView(3, "decode", Purpose.DRAFT, 10, 10, 10, 50, 0, 0, 10, 0, 5_000);

        assertThat(Eta.seconds(List.of(first, second, decode, draft), new Counts(10, 1, 0, 9, 0, 0), 1)).isEqualTo(4);
    }

    /** A draft that failed runs again; that others were promoted before makes it no dearer. */
    @Test
    void countsNothingBehindADraftThatRunsAgain() {
        StageView first = stage(0, 100, 9, 9_000);
        StageView second = new StageView(1, "denoise", Purpose.PROMOTED, 2, 10, 10, 300, 0, 0, 2, 0, 6_000);
        StageView draft = new StageView(3, "decode", Purpose.DRAFT, 10, 10, 10, 50, 0, 0, 9, 0, 9_000);

        assertThat(Eta.seconds(List.of(first, second, draft), new Counts(10, 1, 0, 9, 0, 0), 1)).isEqualTo(2);
    }

    private static StageView stage(int index, long work, long succeeded, long runMs) {
        return new StageView(index, "denoise", Purpose.ALL, 10, 10, 10, work, 0, 0, succeeded, 0, runMs);
    }
}
