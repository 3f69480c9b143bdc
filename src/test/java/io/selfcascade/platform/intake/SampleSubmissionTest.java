package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.diffusion.scenes.SceneCaption;
import io.selfcascade.spec.CascadeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SampleSubmissionTest {

    @TempDir
    private Path folder;

    @Test
    void asksForTwelvePicturesInTheWordsOfTheBundledModel() {
        WorkloadRequest request = sample("config/workloads/sample.jsonl").request();

        assertThat(request.items()).hasSize(12).extracting(ItemRequest::customId).doesNotContainNull().doesNotHaveDuplicates();
        assertThat(request.items()).extracting(ItemRequest::seed).doesNotHaveDuplicates();
        assertThat(request.items()).flatExtracting(item -> words(item.prompt())).isSubsetOf(SceneCaption.vocabulary());
        assertThat(request.cascade().target().width()).isEqualTo(512);
        assertThat(request.cascade().preset()).isEqualTo(Preset.FAST);
    }

    @Test
    void isARequestLikeAnyOther() {
        WorkloadRequest request = sample("config/workloads/sample.jsonl").request();

        byte[] body = RequestJson.write(request);

        assertThat(new WorkloadRequestReader(IntakeLimits.DEFAULT).read(body)).isEqualTo(request);
        assertThat(body).hasSizeLessThan(1 << 18);
    }

    @Test
    void namesTheLineOfAnEditedSampleThatIsNoItem() throws Exception {
        Path edited = Files.writeString(folder.resolve("s.jsonl"), "{\"prompt\":\"a\"}\n{\"promt\":\"b\"}\n");

        assertThatThrownBy(() -> sample(edited.toString()).request())
                .isInstanceOf(CascadeException.class).hasMessageContaining("Line 2: /prompt: Missing");
    }

    private static SampleSubmission sample(String items) {
        Binder binder = new Binder(new MapConfigurationPropertySource(Map.of("selfcascade.sample.items", items)));
        return new SampleSubmission(
                binder.bindOrCreate("selfcascade.sample", SampleProperties.class),
                binder.bindOrCreate("selfcascade.intake", IntakeProperties.class),
                RequestSender.with(Map.of()),
                () -> IntakeTest.NOW);
    }

    private static List<String> words(String prompt) {
        return Arrays.asList(prompt.replace(",", " ,").split(" +"));
    }
}
