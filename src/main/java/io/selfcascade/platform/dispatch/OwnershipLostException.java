package io.selfcascade.platform.dispatch;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.util.UUID;

/** Another coordinator conducts the run now. Whoever meets this ends its job thread and writes nothing more. */
public class OwnershipLostException extends CascadeException {

    private static final long serialVersionUID = 1L;

    public OwnershipLostException(UUID workloadId, long epoch) {
        super(
                ErrorCode.OWNERSHIP_LOST,
                "Cannot conduct workload " + workloadId + ": epoch " + epoch + " is over (another owner continues it)");
    }
}
