package io.selfcascade.platform.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.worker.StageValue.Picture;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class PictureReaderTest {

    @Test
    void readsWhatPngImageWrote() {
        byte[] rgb = new byte[5 * 4 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 4);
        }

        Picture picture = PictureReader.read(PngImage.encode(new Picture(5, 4, rgb), Map.of("a", "b", "c", "–")), 5, 4);

        assertThat(picture.rgb()).isEqualTo(rgb);
    }

    @Test
    void keepsTheMiddleWhenTheProportionsDiffer() {
        byte[] stripes = new byte[300 * 100 * 3];
        for (int i = 0; i < stripes.length; i++) {
            int x = i / 3 % 300;
            stripes[i] = (byte) (x >= 100 && x < 200 ? 200 : 0);
        }

        Picture middle = PictureReader.read(PngImage.encode(new Picture(300, 100, stripes), Map.of()), 20, 20);

        assertThat(middle.rgb()[(10 * 20 + 10) * 3] & 255).isEqualTo(200);
        assertThat(middle.rgb()).hasSize(1200);
    }

    @Test
    void refusesABombByItsHeader() {
        byte[] bomb = PngImage.encode(new Picture(1, 1, new byte[3]), Map.of());
        ByteBuffer.wrap(bomb).putInt(16, 30_000).putInt(20, 30_000);
        CRC32 check = new CRC32();
        check.update(bomb, 12, 17);
        ByteBuffer.wrap(bomb).putInt(29, (int) check.getValue());

        assertInvalid(bomb);
    }

    @Test
    void refusesWhatIsNoPicture() {
        assertInvalid(new byte[0]);
        assertInvalid("<svg xmlns='http://www.w3.org/2000/svg'/>".getBytes(UTF_8));
        byte[] png = PngImage.encode(new Picture(8, 8, new byte[192]), Map.of());
        assertInvalid(Arrays.copyOf(png, 40));
    }

    private static void assertInvalid(byte[] file) {
        assertThatThrownBy(() -> PictureReader.read(file, 8, 8)).isInstanceOfSatisfying(
                CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_IMAGE));
    }
}
