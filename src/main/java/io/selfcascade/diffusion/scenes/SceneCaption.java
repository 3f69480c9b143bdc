package io.selfcascade.diffusion.scenes;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The closed grammar of captions: "a small red striped circle and a large grainy blue square on a white background",
 * "a close-up of a cyan dotted star on a black background".
 */
public final class SceneCaption {

    private static final List<String> GLUE =
            List.of("a", "and", ",", "on", "background", "close", "-", "up", "of", "grainy");

    private SceneCaption() {}

    /** Every word a caption may contain; a tokenizer trained on this list gives each word one token. */
    public static List<String> vocabulary() {
        return Stream.of(
                        GLUE.stream(),
                        Stream.of(SizeWord.values()).map(SizeWord::word),
                        Stream.of(Colour.values()).map(Colour::word),
                        Stream.of(Texture.values()).map(Texture::word),
                        Stream.of(Figure.values()).map(Figure::word),
                        Stream.of(Background.values()).map(Background::word))
                .flatMap(words -> words).filter(word -> !word.isEmpty()).toList();
    }

    static String of(Scene scene) {
        List<String> phrases = scene.objects().stream().map(object -> phrase(object, scene.closeUp())).toList();
        int last = phrases.size() - 1;
        String objects = last == 0 ? phrases.get(0)
                : String.join(", ", phrases.subList(0, last)) + " and " + phrases.get(last);
        String view = scene.closeUp() ? "a close-up of " : "";
        return view + objects + " on a " + scene.background().word() + " background";
    }

    private static String phrase(SceneObject object, boolean closeUp) {
        return Stream.of("a", closeUp ? "" : object.size().word(), object.grainy() ? "grainy" : "",
                        object.colour().word(), object.texture().word(), object.figure().word())
                .filter(word -> !word.isEmpty()).collect(Collectors.joining(" "));
    }
}
