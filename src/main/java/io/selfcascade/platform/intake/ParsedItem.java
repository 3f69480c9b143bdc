package io.selfcascade.platform.intake;

/** What became of a line: an item, or the reasons why it is none. */
public sealed interface ParsedItem permits AcceptedItem, RefusedItem {

    /** Position among the items of the workload, from 0. */
    int ordinal();

    /** Position in the file as an editor counts, from 1. */
    int line();
}
