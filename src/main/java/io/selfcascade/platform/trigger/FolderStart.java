package io.selfcascade.platform.trigger;

import io.selfcascade.platform.intake.RequestFolders;
import io.selfcascade.platform.intake.RequestIdentity;
import io.selfcascade.platform.intake.WorkloadIntake;
import io.selfcascade.platform.intake.WorkloadRequest;
import io.selfcascade.platform.intake.WorkloadRequestReader;
import io.selfcascade.platform.trigger.ScheduleRun.State;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.Retry;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Makes a workload of every new file of a folder. A file, told by its path and digest, is taken once: as a workload or, if it is
 * none, as a refusal with its reason, which is not tried again until its content changes.
 */
final class FolderStart {

    private static final int MOST_LISTED = 100_000;

    private final RequestFolders folders;
    private final WorkloadRequestReader reader;
    private final WorkloadIntake intake;
    private final ScheduleRuns runs;
    private final int most;

    /** @param most files taken by one run; the next run takes more */
    FolderStart(RequestFolders folders, WorkloadRequestReader reader, WorkloadIntake intake, ScheduleRuns runs, int most) {
        this.folders = folders;
        this.reader = reader;
        this.intake = intake;
        this.runs = runs;
        this.most = most;
    }

    /** Refuses a folder the tenant may not name. */
    void check(String tenant, String path, LocalDateTime now) {
        folders.list(tenant, String.valueOf(DatePlaceholder.fill(path, now)), MOST_LISTED);
    }

    /** In the transaction of a run, whose row is there. */
    void start(Schedule schedule, String path, long run, LocalDateTime logicalDate) {
        String folder = String.valueOf(DatePlaceholder.fill(path, logicalDate));
        int accepted = 0;
        int refused = 0;
        boolean isMore = false;
        for (String name : folders.list(schedule.tenant(), folder, MOST_LISTED)) {
            byte[] content = folders.read(schedule.tenant(), folder, name);
            byte[] sha256 = Sha256.of(content);
            String file = folder + "/" + name;
            if (runs.isTaken(schedule.id(), file, sha256)) {
                continue;
            }
            if (accepted + refused == most) {
                isMore = true;
                break;
            }
            CascadeException refusal = submit(schedule, run, logicalDate, new Found(file, content, sha256));
            accepted += refusal == null ? 1 : 0;
            refused += refusal == null ? 0 : 1;
        }
        runs.decide(run, accepted == 0 && refused > 0 ? State.FAILED : State.STARTED, reason(accepted, refused, isMore));
    }

    private @Nullable CascadeException submit(Schedule schedule, long run, LocalDateTime logicalDate, Found found) {
        WorkloadRequest request;
        try {
            request = reader.read(found.content);
            // An exception from submit would end the transaction, and with it all other files of the run.
            intake.check(request);
        } catch (CascadeException e) {
            if (e.code().retry() != Retry.NEVER) {
                throw e;
            }
            runs.addRefusal(schedule.id(), run, found.file, found.sha256, e);
            return e;
        }
        RequestIdentity identity = new RequestIdentity(schedule.sender(), logicalDate + "/" + found.key());
        runs.addWorkload(schedule.id(), run, intake.submit(request, identity).workloadId(), found.file, found.sha256);
        return null;
    }

    private static @Nullable String reason(int accepted, int refused, boolean isMore) {
        if (accepted + refused == 0) {
            return "No new files";
        }
        String more = isMore ? "the next run takes more files" : "";
        String bad = refused == 0 ? "" : refused + " of " + (accepted + refused) + " files were refused";
        return bad.isEmpty() && more.isEmpty() ? null : bad + (bad.isEmpty() || more.isEmpty() ? "" : "; ") + more;
    }

    private record Found(String file, byte[] content, byte[] sha256) {

        /** Of a fixed length, however long the path is. */
        String key() {
            return HexFormat.of().formatHex(Sha256.of((file + "\n" + HexFormat.of().formatHex(sha256))
                    .getBytes(StandardCharsets.UTF_8)));
        }
    }
}
