package io.selfcascade.platform.intake;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The digest that tells a repeated request from another one under the same key. */
final class RequestDigest {

    private RequestDigest() {}

    /** @return 32 bytes over the request's canonical JSON: spelling out a default or reordering fields changes nothing */
    static byte[] of(WorkloadRequest request) {
        return sha256().digest(RequestJson.write(request));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot digest: SHA-256 is missing from this Java", e);
        }
    }
}
