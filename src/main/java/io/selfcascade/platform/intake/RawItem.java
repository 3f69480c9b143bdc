package io.selfcascade.platform.intake;

/**
 * One line of a JSONL file, unread.
 *
 * @param ordinal position among the lines that are not blank, from 0
 * @param line position in the file as an editor counts, from 1
 * @param content the line without its end; cut off, with {@code complete} false, if it is longer than allowed
 */
public record RawItem(int ordinal, int line, byte[] content, boolean complete) {}
