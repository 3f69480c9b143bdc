package io.selfcascade.diffusion.scenes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Trains byte-pair merges on a word list until every word is one symbol, as CLIP's tokenizer expects them. */
public final class BpeTrainer {

    private static final String WORD_END = "</w>";

    private BpeTrainer() {}

    /**
     * Merges the most frequent neighbouring pair again and again (ties: first in alphabetical order), until no word has
     * two symbols left.
     *
     * @param words lower-case ASCII words; duplicates count once
     */
    public static BpeVocabulary train(Collection<String> words) {
        List<List<String>> split = new ArrayList<>();
        for (String word : new LinkedHashSet<>(words)) {
            List<String> symbols = new ArrayList<>(List.of(word.split("")));
            symbols.set(symbols.size() - 1, symbols.get(symbols.size() - 1) + WORD_END);
            split.add(symbols);
        }
        List<String> merges = new ArrayList<>();
        for (Map<String, Integer> pairs = pairs(split); !pairs.isEmpty(); pairs = pairs(split)) {
            String best = pairs.entrySet().stream().max(Map.Entry.<String, Integer>comparingByValue()
                    .thenComparing(Map.Entry.<String, Integer>comparingByKey().reversed())).orElseThrow().getKey();
            merges.add(best);
            split.forEach(symbols -> merge(symbols, best));
        }
        return new BpeVocabulary(ids(merges), merges);
    }

    private static Map<String, Integer> pairs(List<List<String>> split) {
        Map<String, Integer> counts = new TreeMap<>();
        for (List<String> symbols : split) {
            for (int i = 0; i + 1 < symbols.size(); i++) {
                counts.merge(symbols.get(i) + " " + symbols.get(i + 1), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static void merge(List<String> symbols, String pair) {
        for (int i = 0; i + 1 < symbols.size(); i++) {
            if (pair.equals(symbols.get(i) + " " + symbols.get(i + 1))) {
                symbols.set(i, symbols.get(i) + symbols.remove(i + 1));
            }
        }
    }

    private static Map<String, Integer> ids(List<String> merges) {
        Set<String> symbols = new LinkedHashSet<>(byteSymbols());
        byteSymbols().forEach(symbol -> symbols.add(symbol + WORD_END));
        merges.forEach(merge -> symbols.add(merge.replace(" ", "")));
        symbols.add(BpeVocabulary.START);
        symbols.add(BpeVocabulary.END);
        Map<String, Integer> ids = new LinkedHashMap<>();
        symbols.forEach(symbol -> ids.put(symbol, ids.size()));
        return ids;
    }

    /** CLIP's byte table: printable bytes stand for themselves, the remaining 68 for 256, 257, … in order. */
    private static List<String> byteSymbols() {
        List<String> printable = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            if (b >= 33 && b <= 126 || b >= 161 && b <= 172 || b >= 174) {
                printable.add(String.valueOf((char) b));
            } else {
                others.add(String.valueOf((char) (256 + others.size())));
            }
        }
        printable.addAll(others);
        return printable;
    }
}
