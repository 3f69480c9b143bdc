/**
 * Artifacts as objects of an S3 bucket.
 *
 * <p>Not here: any file. The only package that imports the S3 SDK.
 */
@NullMarked
package io.selfcascade.platform.artifact.s3;

import org.jspecify.annotations.NullMarked;
