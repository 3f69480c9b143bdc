package io.selfcascade.diffusion.model.clip;

import io.selfcascade.diffusion.checkpoint.CheckpointJson;
import io.selfcascade.diffusion.checkpoint.DiffusersFolder;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's byte-pair tokenizer: words become byte characters, adjacent pairs merge by rank until none is left. Immutable
 * and safe for use by several threads.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">Radford et al. 2021, section 2.4</a>
 */
public final class ClipTokenizer {

    private static final String START = "<|startoftext|>";
    private static final String END = "<|endoftext|>";
    private static final String WORD_END = "</w>";
    private static final Pattern PIECES = Pattern.compile(
            "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^\\s\\p{L}\\p{N}]+",
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<String, Integer> vocabulary;
    private final Map<String, Integer> ranks;
    private final Set<String> specials;
    private final Pattern specialsPattern;
    private final int padding;
    private final int length;

    private ClipTokenizer(
            Map<String, Integer> vocabulary, Map<String, Integer> ranks, String padToken, int length) {
        this.vocabulary = vocabulary;
        this.ranks = ranks;
        this.specials = new TreeSet<>(List.of(START, END, padToken));
        this.specialsPattern =
                Pattern.compile(specials.stream().map(Pattern::quote).collect(Collectors.joining("|")));
        this.padding = id(padToken);
        this.length = length;
    }

    /**
     * Reads the tokenizer of a diffusers folder.
     *
     * @param positions tokens the text encoder has positions for; a shorter {@code model_max_length} wins
     * @throws CascadeException CHECKPOINT_INVALID if its files are missing or contradict each other
     */
    public static ClipTokenizer load(DiffusersFolder folder, int positions) {
        Map<String, Object> config = optional(folder, "tokenizer_config.json");
        Map<String, Object> specials = optional(folder, "special_tokens_map.json");
        int length = config.get("model_max_length") instanceof Integer longest ? Math.min(longest, positions) : positions;
        // Where the two disagree (Stable Diffusion 2.1 pads with "!"), transformers listens to the map.
        String padding = token(specials.get("pad_token"), token(config.get("pad_token"), END));
        return new ClipTokenizer(
                vocabulary(folder.file(DiffusersFolder.TOKENIZER, "vocab.json")),
                ranks(folder.file(DiffusersFolder.TOKENIZER, "merges.txt")), padding, length);
    }

    /** Ids in every sequence. */
    public int length() {
        return length;
    }

    /**
     * Turns a prompt into ids: start of text, the words, end of text, padding.
     *
     * @param prompt any text; what does not fit is cut off
     * @return {@link #length()} ids
     */
    public long[] encode(String prompt) {
        List<Integer> ids = new ArrayList<>();
        Matcher special = specialsPattern.matcher(prompt);
        int end = 0;
        while (special.find()) {
            appendText(ids, prompt.substring(end, special.start()));
            ids.add(id(special.group()));
            end = special.end();
        }
        appendText(ids, prompt.substring(end));
        return frame(ids);
    }

    private long[] frame(List<Integer> ids) {
        int words = Math.min(ids.size(), length - 2);
        long[] framed = new long[length];
        Arrays.fill(framed, padding);
        framed[0] = id(START);
        for (int i = 0; i < words; i++) {
            framed[i + 1] = ids.get(i);
        }
        framed[words + 1] = id(END);
        return framed;
    }

    private void appendText(List<Integer> ids, String text) {
        Matcher piece = PIECES.matcher(ClipTextCleaner.clean(text));
        while (piece.find() && ids.size() < length) {
            if (specials.contains(piece.group()) && piece.group().startsWith("<|")) {
                ids.add(id(piece.group()));
            } else {
                merge(ByteAlphabet.spell(piece.group())).forEach(symbol -> ids.add(id(symbol)));
            }
        }
    }

    /** Merges the adjacent pair of lowest rank, everywhere from left to right, until no pair has a rank. */
    private List<String> merge(String spelled) {
        List<String> symbols = new ArrayList<>(spelled.chars().mapToObj(Character::toString).toList());
        symbols.set(symbols.size() - 1, symbols.get(symbols.size() - 1) + WORD_END);
        for (String best = bestPair(symbols); !best.isEmpty(); best = bestPair(symbols)) {
            for (int i = 0; i + 1 < symbols.size(); i++) {
                if (pair(symbols, i).equals(best)) {
                    symbols.set(i, symbols.get(i) + symbols.remove(i + 1));
                }
            }
        }
        return symbols;
    }

    private String bestPair(List<String> symbols) {
        String best = "";
        int lowest = Integer.MAX_VALUE;
        for (int i = 0; i + 1 < symbols.size(); i++) {
            Integer rank = ranks.get(pair(symbols, i));
            if (rank != null && rank < lowest) {
                lowest = rank;
                best = pair(symbols, i);
            }
        }
        return best;
    }

    private static String pair(List<String> symbols, int i) {
        return symbols.get(i) + " " + symbols.get(i + 1);
    }

    private int id(String symbol) {
        Integer id = vocabulary.get(symbol);
        if (id == null) {
            id = vocabulary.get(END);
        }
        if (id == null) {
            throw new CascadeException(
                    ErrorCode.CHECKPOINT_INVALID, "Invalid tokenizer: vocab.json has neither " + symbol + " nor " + END);
        }
        return id;
    }

    private static Map<String, Integer> vocabulary(Path file) {
        Map<String, Integer> vocabulary = new HashMap<>();
        CheckpointJson.read(file).forEach((symbol, id) -> {
            if (!(id instanceof Integer number)) {
                throw new CascadeException(
                        ErrorCode.CHECKPOINT_INVALID, "Invalid " + file + ": " + symbol + " has id " + id);
            }
            vocabulary.put(symbol, number);
        });
        return vocabulary;
    }

    /** The first line is a version; every other one a pair, best first. */
    private static Map<String, Integer> ranks(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            Map<String, Integer> ranks = new HashMap<>();
            for (int line = 1; line < lines.size(); line++) {
                ranks.putIfAbsent(lines.get(line).strip(), line);
            }
            return ranks;
        } catch (IOException e) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID, "Cannot read " + file + ": " + e, e);
        }
    }

    private static Map<String, Object> optional(DiffusersFolder folder, String name) {
        Path file = folder.root().resolve(DiffusersFolder.TOKENIZER).resolve(name);
        return Files.isRegularFile(file) ? CheckpointJson.read(file) : Map.of();
    }

    /** A token is written as a string or as an object around one. */
    private static String token(@Nullable Object json, String fallback) {
        if (json instanceof Map<?, ?> object) {
            return token(object.get("content"), fallback);
        }
        return json instanceof String text ? text : fallback;
    }
}
