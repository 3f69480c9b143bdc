package io.selfcascade.spec;

/** A numerical sampler, by the name diffusers gives it. */
public enum SchedulerType {
    DDIM
}
