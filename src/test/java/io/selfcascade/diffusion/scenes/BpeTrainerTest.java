package io.selfcascade.diffusion.scenes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BpeTrainerTest {

    @Test
    void makesOneSymbolOfEveryWord() {
        BpeVocabulary vocabulary = BpeTrainer.train(SceneCaption.vocabulary());

        assertThat(vocabulary.ids()).containsKeys(
                SceneCaption.vocabulary().stream().map(word -> word + "</w>").toArray(String[]::new));
    }

    @Test
    void mergesTheMostFrequentPairFirst() {
        BpeVocabulary vocabulary = BpeTrainer.train(List.of("ab", "cab", "dab"));

        assertThat(vocabulary.merges()).containsExactly("a b</w>", "c ab</w>", "d ab</w>");
        assertThat(vocabulary.ids()).hasSize(512 + 3 + 2);
    }

    @Test
    void numbersByteSymbolsAsClipDoes() {
        BpeVocabulary vocabulary = BpeTrainer.train(List.of("ab"));

        // Ids of CLIP's own vocabulary: "!" is 0, "a" is 64, "!</w>" is 256, the specials come last.
        assertThat(vocabulary.ids()).containsEntry("!", 0).containsEntry("a", 64).containsEntry("!</w>", 256)
                .containsEntry("ab</w>", 512)
                .containsEntry(BpeVocabulary.START, 513).containsEntry(BpeVocabulary.END, 514);
    }

    @Test
    void writesClipsTwoFiles() {
        BpeVocabulary vocabulary = BpeTrainer.train(List.of("ab"));

        assertThat(vocabulary.mergesText()).isEqualTo("#version: 0.2\na b</w>\n");
        assertThat(vocabulary.vocabJson())
                .startsWith("{\"!\": 0, \"\\\"\": 1, ").contains("\"\\\\\": 59").endsWith("514}\n");
    }
}
