package io.selfcascade.platform.intake;

import static io.selfcascade.platform.intake.Violation.Kind.DUPLICATE_FIELD;
import static io.selfcascade.platform.intake.Violation.Kind.FORBIDDEN_CHARACTER;
import static io.selfcascade.platform.intake.Violation.Kind.MALFORMED_JSON;
import static io.selfcascade.platform.intake.Violation.Kind.TOO_DEEP;
import static io.selfcascade.platform.intake.Violation.Kind.TOO_LARGE;
import static io.selfcascade.platform.intake.Violation.Kind.TOO_LONG;
import static io.selfcascade.platform.intake.Violation.Kind.WRONG_TYPE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads untrusted JSON into plain values and notes everything a lax reader would let pass: duplicate names, NUL, lone
 * surrogates, bytes that are not UTF-8, text after the document.
 *
 * <p>The tree holds {@code Map}, {@code List}, {@code String}, {@code Boolean}, {@code Long}, {@code BigInteger} and
 * {@code Double}. One reader serves REST bodies, Kafka values and the lines of a JSONL file.
 */
final class StrictJson {

    static final int MAX_DEPTH = 32;
    private static final int MAX_STRING = 64 * 1024;
    private static final int MAX_NAME = 256;
    private static final int MAX_NUMBER = 64;
    private static final int MAX_TOKENS = 500_000;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_STRING)
                    .maxNameLength(MAX_NAME)
                    .maxNumberLength(MAX_NUMBER)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            .build();

    private final Violations violations;

    private StrictJson(Violations violations) {
        this.violations = violations;
    }

    /**
     * Reads one JSON object, and no more than {@code maxBytes + 1} bytes of the stream.
     *
     * @return the object's fields; empty, with a violation noted, if there is no such object
     * @throws IOException if the stream cannot be read
     */
    static JsonFields read(InputStream body, long maxBytes, Violations violations) throws IOException {
        byte[] bytes = body.readNBytes(Math.toIntExact(maxBytes + 1));
        if (bytes.length > maxBytes) {
            violations.add("", TOO_LARGE, "More than " + maxBytes + " bytes (send the items as a file: POST /v1/files)");
            return new JsonFields(Map.of(), "", violations);
        }
        return read(bytes, violations);
    }

    /** Reads one JSON object; the caller has limited the size. */
    static JsonFields read(byte[] bytes, Violations violations) {
        Map<String, @Nullable Object> fields = Map.of();
        try {
            fields = new StrictJson(violations).document(decode(bytes));
        } catch (CharacterCodingException e) {
            violations.add("", MALFORMED_JSON, "Not UTF-8 (encode the JSON as UTF-8)");
        }
        return new JsonFields(fields, "", violations);
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private Map<String, @Nullable Object> document(String text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            return document(parser);
        }
    }

    private Map<String, @Nullable Object> document(JsonParser parser) {
        try {
            JsonToken first = parser.nextToken();
            if (first == null) {
                violations.add("", MALFORMED_JSON, "Empty document (expected a JSON object)");
                return Map.of();
            }
            if (first != JsonToken.START_OBJECT) {
                violations.add("", WRONG_TYPE, "Expected a JSON object at the top");
                return Map.of();
            }
            Map<String, @Nullable Object> fields = object(parser, "");
            if (parser.nextToken() != null) {
                violations.add("", MALFORMED_JSON, "Text after the end of the JSON object (send exactly one object)");
            }
            return fields;
        } catch (StreamConstraintsException e) {
            note(parser, e);
        } catch (JacksonException e) {
            violations.add(pointer(parser), MALFORMED_JSON, "Not JSON at line " + e.getLocation().getLineNr()
                    + ", column " + e.getLocation().getColumnNr() + " (check quotes, commas and brackets there)");
        }
        return Map.of();
    }

    private void note(JsonParser parser, StreamConstraintsException e) {
        if (e.getOriginalMessage().contains("nesting depth")) {
            violations.add(pointer(parser), TOO_DEEP, "Nested deeper than " + MAX_DEPTH + " levels");
        } else if (e.getOriginalMessage().contains("Token count")) {
            violations.add(pointer(parser), TOO_LARGE, "More than " + MAX_TOKENS + " JSON tokens (send the items as a file)");
        } else {
            violations.add(pointer(parser), TOO_LONG, "A string longer than " + MAX_STRING + " characters, a name longer than "
                    + MAX_NAME + " or a number longer than " + MAX_NUMBER);
        }
    }

    private Map<String, @Nullable Object> object(JsonParser parser, String pointer) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            String at = pointer + "/" + escape(name);
            checkText(name, at);
            parser.nextToken();
            Object value = value(parser, at);
            if (fields.containsKey(name)) {
                violations.add(at, DUPLICATE_FIELD, "The field appears twice (keep one)");
            }
            fields.put(name, value);
        }
        return fields;
    }

    private List<@Nullable Object> array(JsonParser parser, String pointer) {
        List<@Nullable Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(parser, pointer + "/" + elements.size()));
        }
        return elements;
    }

    private @Nullable Object value(JsonParser parser, String pointer) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, pointer);
            case START_ARRAY -> array(parser, pointer);
            case VALUE_STRING -> checkText(parser.getString(), pointer);
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> Double.valueOf(parser.getString());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    private static Object integer(JsonParser parser) {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? parser.getBigIntegerValue()
                : (Object) parser.getLongValue();
    }

    // Postgres answers NUL and lone surrogates with an error of its own, deep inside a transaction.
    private String checkText(String text, String pointer) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (c == 0 || Character.isSurrogate(c)) {
                String what = c == 0 ? "the character NUL" : "half of a surrogate pair";
                violations.add(pointer, FORBIDDEN_CHARACTER, "Contains " + what + " at position " + i + " (remove it)");
                break;
            }
        }
        return text;
    }

    private static String pointer(JsonParser parser) {
        return parser.streamReadContext().pathAsPointer().toString();
    }

    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
