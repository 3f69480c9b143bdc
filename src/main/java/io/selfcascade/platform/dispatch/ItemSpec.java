package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.TaskMessage;
import org.jspecify.annotations.Nullable;

/**
 * What an item asks for, as the ledger keeps it and a task message carries it.
 *
 * @param initImage the user's picture to start from; null for an item that starts from noise
 */
public record ItemSpec(String prompt, String negativePrompt, TaskMessage.@Nullable Input initImage) {}
