/**
 * The messages between coordinator and worker, as they travel over Kafka (docs/spec/dispatch.md).
 *
 * <p>Not here: how a message is sent, and what a row looks like.
 */
@NullMarked
@NamedInterface("message")
package io.selfcascade.platform.dispatch.message;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
