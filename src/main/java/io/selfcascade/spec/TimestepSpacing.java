package io.selfcascade.spec;

/** How inference steps are spread over the training timesteps, as in diffusers. */
public enum TimestepSpacing {
    LEADING,
    LINSPACE,
    TRAILING
}
