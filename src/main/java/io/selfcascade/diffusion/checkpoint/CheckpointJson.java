package io.selfcascade.diffusion.checkpoint;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the JSON objects of a checkpoint into maps, lists, strings, numbers and booleans. A name given twice is
 * an error: which of two values would win differs from reader to reader. A null in an object is as good as an absent key
 * and left out; a null in an array becomes an empty string.
 */
public final class CheckpointJson {

    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private static final String ABSENT = "";

    private CheckpointJson() {}

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws CascadeException CHECKPOINT_INVALID if it cannot be read or holds anything else
     */
    public static Map<String, Object> read(Path file) {
        try {
            return parse(Files.readAllBytes(file), file.toString());
        } catch (IOException e) {
            throw new CascadeException(
                    ErrorCode.CHECKPOINT_INVALID, "Cannot read " + file + ": " + e + " (is the download complete?)", e);
        }
    }

    /**
     * Parses one JSON object, followed by nothing but white space.
     *
     * @param source what to call the bytes in a message
     * @throws CascadeException CHECKPOINT_INVALID if the bytes hold anything else
     */
    public static Map<String, Object> parse(byte[] json, String source) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new CascadeException(
                        ErrorCode.CHECKPOINT_INVALID, "Cannot read " + source + ": it is not a JSON object");
            }
            Map<String, Object> object = object(parser);
            if (parser.nextToken() != null) {
                throw new CascadeException(
                        ErrorCode.CHECKPOINT_INVALID, "Cannot read " + source + ": something follows the JSON object");
            }
            return object;
        } catch (JacksonException e) {
            throw new CascadeException(ErrorCode.CHECKPOINT_INVALID,
                    "Cannot read " + source + ": " + e.getOriginalMessage() + " (is the file damaged?)", e);
        }
    }

    private static Map<String, Object> object(JsonParser parser) {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            Object value = value(parser);
            if (value != null) {
                object.put(name, value);
            }
        }
        return object;
    }

    private static List<Object> array(JsonParser parser) {
        List<Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            array.add(Objects.requireNonNullElse(value(parser), ABSENT));
        }
        return array;
    }

    private static @Nullable Object value(JsonParser parser) {
        JsonToken token = parser.currentToken();
        if (token == null) {
            return null;
        }
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            default -> null;
        };
    }
}
