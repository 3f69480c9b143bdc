package io.selfcascade.platform.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.platform.worker.StageValue.Latent;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PivotFileTest {

    private final PivotFile pivot = new PivotFile(
            new Latent(2, 1, 3, new float[] {0, -1.5f, 2, Float.MIN_VALUE, 4, 5}), Map.of("seed", "7"));

    @Test
    void readsWhatItWrote() {
        PivotFile again = PivotFile.parse(pivot.toBytes());

        assertThat(again.latent().values()).isEqualTo(pivot.latent().values());
        assertThat(again.latent().channels()).isEqualTo(2);
        assertThat(again.latent().width()).isEqualTo(3);
        assertThat(again.metadata()).isEqualTo(pivot.metadata());
    }

    /** The layout of the format: header length, JSON padded with spaces to a multiple of eight, little-endian data. */
    @Test
    void alignsItsData() {
        byte[] bytes = pivot.toBytes();
        int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();

        assertThat(header % 8).isZero();
        assertThat(bytes).hasSize(8 + header + 24);
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat(8 + header + 4)).isEqualTo(-1.5f);
        assertThat(new String(bytes, 8, header, UTF_8)).contains("\"dtype\":\"F32\"", "[1,2,1,3]", "[0,24]");
    }

    /** Two processes that run a stage of one item leave the same bytes, and so the same digest. */
    @Test
    void writesItsHeaderInAFixedOrder() {
        byte[] bytes = pivot.toBytes();

        assertThat(new String(bytes, 8, bytes.length - 8 - 24, UTF_8).strip()).isEqualTo("{\"__metadata__\":{\"seed\":\"7\"},"
                + "\"latent\":{\"dtype\":\"F32\",\"shape\":[1,2,1,3],\"data_offsets\":[0,24]}}");
    }

    @Test
    void refusesATruncatedFile() {
        byte[] bytes = pivot.toBytes();

        for (int length = 0; length < bytes.length; length++) {
            assertCorrupt(Arrays.copyOf(bytes, length));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "[]", "not json", "{\"latent\":1}", "{\"latent\":{\"dtype\":\"F16\",\"shape\":[1,2,1,3]}}",
        "{\"latent\":{\"dtype\":\"F32\",\"shape\":[1,2,1]}}", "{\"latent\":{\"dtype\":\"F32\",\"shape\":[1,-2,-1,3]}}",
        "{\"latent\":{\"dtype\":\"F32\",\"shape\":[1,2147483647,2147483647,4]}}",
        "{\"latent\":{\"dtype\":\"F32\",\"shape\":[1,\"2\",1,3]}}", "{\"__metadata__\":{\"a\":1}}"
    })
    void refusesAnyOtherHeader(String header) {
        byte[] json = header.getBytes(UTF_8);
        byte[] file = ByteBuffer.allocate(8 + json.length + 24).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length).put(json).array();

        assertCorrupt(file);
    }

    @Test
    void refusesAHeaderLongerThanTheFile() {
        assertCorrupt(ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(Long.MAX_VALUE).array());
        assertCorrupt(ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(-1).array());
    }

    private static void assertCorrupt(byte[] file) {
        assertThatThrownBy(() -> PivotFile.parse(file)).isInstanceOfSatisfying(
                CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ARTIFACT_CORRUPT));
    }
}
