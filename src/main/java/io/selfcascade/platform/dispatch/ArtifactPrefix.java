package io.selfcascade.platform.dispatch;

import java.util.UUID;

/** Where a dispatch may write what it made of a task: nobody else ever gets the same place. */
final class ArtifactPrefix {

    static final int ITEMS_PER_FOLDER = 1_000;

    private ArtifactPrefix() {}

    /** The start of the key; the worker adds eight random hex digits and an extension. */
    static String of(UUID workload, int ordinal, int stage, long dispatch) {
        return folder(workload, ordinal) + ordinal + "/" + stage + "." + dispatch + ".";
    }

    /** The same for a picture of the pivot. */
    static String preview(UUID workload, int ordinal, int stage, long dispatch) {
        return of(workload, ordinal, stage, dispatch) + "preview.";
    }

    /** The folder of an item and its neighbours: no folder ever has more than a thousand entries. */
    static String folder(UUID workload, int ordinal) {
        return workload + "/" + ordinal / ITEMS_PER_FOLDER + "/";
    }
}
