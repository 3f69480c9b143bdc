package io.selfcascade.diffusion.scenes;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A byte-pair vocabulary in CLIP's file formats.
 *
 * @param ids every symbol with its id: 256 byte symbols, the same with {@code </w>}, one per merge, two specials
 * @param merges "left right", in rank order
 */
public record BpeVocabulary(Map<String, Integer> ids, List<String> merges) {

    public static final String START = "<|startoftext|>";
    public static final String END = "<|endoftext|>";

    public BpeVocabulary {
        ids = Map.copyOf(ids);
        merges = List.copyOf(merges);
    }

    /** The text of vocab.json, by ascending id. */
    public String vocabJson() {
        return ids.entrySet().stream().sorted(Map.Entry.comparingByValue())
                .map(entry -> quoted(entry.getKey()) + ": " + entry.getValue())
                .collect(Collectors.joining(", ", "{", "}\n"));
    }

    /** The text of merges.txt: a version line, then one merge a line. */
    public String mergesText() {
        return "#version: 0.2\n" + String.join("\n", merges) + "\n";
    }

    private static String quoted(String symbol) {
        return '"' + symbol.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
