package io.selfcascade.platform.artifact.s3;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The bucket that holds the artifacts. Credentials come from where the SDK looks for them: environment, profile, role.
 *
 * @param bucket its name; empty: artifacts are files
 * @param region of the bucket; any name where the endpoint is not Amazon's
 * @param endpoint of a store that speaks S3; null for Amazon's own
 * @param pathStyle whether the bucket is the first part of the path instead of the host name
 * @param callTimeout of one request with all its retries
 */
@ConfigurationProperties("selfcascade.artifact.s3")
record S3Properties(
        @DefaultValue("") String bucket,
        @DefaultValue("us-east-1") String region,
        @Nullable URI endpoint,
        @DefaultValue("false") boolean pathStyle,
        @DefaultValue("5m") Duration callTimeout) {

    S3Properties {
        if (!bucket.isEmpty() && !bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.artifact.s3.bucket: " + bucket
                    + " (expected 3 to 63 lower-case letters, digits, dots and hyphens)");
        }
        if (callTimeout.toSeconds() < 5) {
            throw new CascadeException(ErrorCode.INVALID_SETTING, "Invalid selfcascade.artifact.s3.call-timeout: "
                    + callTimeout + " (expected at least 5s)");
        }
    }
}
