package io.selfcascade.platform.intake;

/** What an uploaded file is for. */
public enum FilePurpose {
    /** JSONL, one item a line. */
    ITEMS,
    /** A picture to start a cascade from. */
    INIT_IMAGE
}
