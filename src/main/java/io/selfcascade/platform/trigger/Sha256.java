package io.selfcascade.platform.trigger;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Tells contents of files apart. */
final class Sha256 {

    private Sha256() {}

    static byte[] of(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new CascadeException(ErrorCode.INTERNAL, "Cannot digest: SHA-256 is missing from this Java", e);
        }
    }
}
