package io.selfcascade.platform.dispatch;

/** What somebody might forget when writing a ledger. Each must be noticed; see {@code MutantsTest}. */
enum Flaw {
    /** A result is applied whatever state its task is in. */
    NO_STATE_PREDICATE,
    /** A result is applied whatever dispatch its task points at. */
    NO_FENCE,
    /** A running lease is reckoned by the clock of the coordinator that applies the beat. */
    LEASE_FROM_JVM_CLOCK,
    /** The reaper compares leases with the time, not with what has been applied. */
    REAPER_WITHOUT_WATERMARK,
    /** A result is accepted though its task has been cancelled. */
    LATE_ACCEPT_AFTER_CANCEL,
    /** The dispatcher does not count what is under way. */
    WINDOW_NOT_COUNTED,
    /** The dispatcher does not ask what a tenant has under way already. */
    QUOTA_NOT_COUNTED,
    /** Workloads are served by their own virtual times alone, whoever's they are. */
    TENANTS_NOT_TOLD_APART,
    /** Who was paused or had nothing due makes up for it afterwards, at the cost of all others. */
    ARREARS_ARE_MADE_UP,
    /** A task of the next generation keeps the fence of the former. */
    RETRY_KEEPS_FENCE,
    /** A transaction of a job does not ask whether its coordinator still owns the run. */
    OWNER_NOT_CHECKED,
    /** A beat is applied though its boot has a successor, or has said more since. */
    OLD_BEATS_COUNT,
    /** A dispatch that was never begun costs its tasks an attempt. */
    EVERY_LEASE_COUNTS
}
