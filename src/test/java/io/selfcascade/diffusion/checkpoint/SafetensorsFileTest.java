package io.selfcascade.diffusion.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {

    private static final Path TYPES = Path.of("src/test/resources/parity/formats/types.safetensors");

    @TempDir
    private Path folder;

    @Test
    void readsWhatItWrote() {
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            float[] matrix = new float[random.nextInt(5) * 3];
            for (int i = 0; i < matrix.length; i++) {
                matrix[i] = Float.intBitsToFloat(random.nextInt());
            }
            Path path = folder.resolve(round + ".safetensors");
            new SafetensorsWriter().metadata("say", "\"hi\"\n\\ü").tensor("b", matrix, matrix.length / 3, 3)
                    .tensor("a\"", new float[] {round}).write(path);

            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertThat(file.names()).containsExactly("a\"", "b");
                assertThat(file.metadata()).containsEntry("say", "\"hi\"\n\\ü");
                assertThat(bits(file.floats("b"))).containsExactly(bits(matrix));
                assertThat(file.entry("a\"").shape()).isEmpty();
                assertThat(file.floats("a\"")).containsExactly(round);
            }
        }
    }

    @Test
    void writesEqualTensorsAsEqualAlignedBytes() {
        byte[] oneWay = new SafetensorsWriter().tensor("x", new float[2], 2).tensor("a", new float[1], 1).toBytes();
        byte[] other = new SafetensorsWriter().tensor("a", new float[1], 1).tensor("x", new float[2], 2).toBytes();

        assertThat(oneWay).isEqualTo(other);
        assertThat(ByteBuffer.wrap(oneWay).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8).isZero();
    }

    @Test
    void widensEveryHalfExactly() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = bits >> 10 & 31;
            int mantissa = bits & 1023;
            double magnitude = exponent == 31 ? mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                    : exponent == 0 ? mantissa / 1024.0 * Math.pow(2, -14)
                    : (1 + mantissa / 1024.0) * Math.pow(2, exponent - 15);
            float expected = (float) (bits >> 15 == 0 ? magnitude : -magnitude);

            // compare: equal also when both are NaN, different when only the sign of zero differs.
            assertThat(Float.compare(HalfFloats.fromF16((short) bits), expected)).isZero();
        }
    }

    @Test
    void readsTheTypesTheReferenceLibraryWrites() {
        // Fixture: written by the safetensors library of Python, with every 16-bit tensor also stored as float32.
        try (SafetensorsFile file = SafetensorsFile.open(TYPES)) {
            for (String name : new String[] {"f16", "bf16", "matrix"}) {
                assertThat(bits(file.floats(name))).containsExactly(bits(file.floats(name + ".as_f32")));
            }
            assertThat(file.entry("empty").shape()).containsExactly(0L, 3L);
            assertThat(file.floats("empty")).isEmpty();
            assertThat(file.longs("i64")).hasSize(3);
            assertThat(file.bytes("matrix").isReadOnly()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}                                                         | 4 | needs 8 bytes
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}                                                         | 4 | before it begins
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}                                                         | 8 | after a hole
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}    | 4 | inside the tensor before it
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}   | 12 | after a hole
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}    | 8 | Duplicate
            {"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}                                           | 4 | Duplicate
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}                                                         | 8 | take 4 bytes, the file holds 8
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                                                         | 4 | take 8 bytes, the file holds 4
            {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}                                                        | 4 | size or offset -1
            {"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}                                                       | 4 | size or offset 1.0
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}                                      | 4 | size or offset 99999999999999999999
            {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}                                     | 4 | larger than any file
            {"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}                                                         | 4 | has dtype F33
            {"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}                                                          | 1 | whole bytes
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}                                                           | 4 | lacks dtype
            {"a":7}                                                                                                        | 0 | lacks dtype
            {"__metadata__":{"epoch":3}}                                                                                   | 0 | epoch is not a string
            {"__metadata__":[]}                                                                                            | 0 | is not an object
            {}{}                                                                                                           | 0 | something follows
            {"a"                                                                                                           | 0 | is the file damaged
            []                                                                                                             | 0 | does not begin with
            """)
    void refusesABadHeader(String header, int dataBytes, String why) throws IOException {
        Path path = folder.resolve("bad.safetensors");
        Files.write(path, file(header.getBytes(StandardCharsets.UTF_8), dataBytes));

        assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(CascadeException.class)
                .hasMessageStartingWith("Cannot read " + path).hasMessageContaining(why)
                .extracting(e -> ((CascadeException) e).code()).isEqualTo(ErrorCode.CHECKPOINT_INVALID);
        assertThatThrownBy(() -> SafetensorsFile.of(file(header.getBytes(StandardCharsets.UTF_8), dataBytes), "bytes"))
                .hasMessageStartingWith("Cannot read bytes").hasMessageContaining(why);
    }

    @Test
    void refusesAHeaderLengthBeforeAllocatingIt() {
        assertThatThrownBy(() -> SafetensorsFile.of(length(Long.MIN_VALUE), "x")).hasMessageContaining("9223372036854775808");
        assertThatThrownBy(() -> SafetensorsFile.of(length(100_000_001), "x")).hasMessageContaining("100000001");
        assertThatThrownBy(() -> SafetensorsFile.of(length(1), "x")).hasMessageContaining("1 bytes of 0");
        assertThatThrownBy(() -> SafetensorsFile.of(length(0), "x")).hasMessageContaining("does not begin with");
        assertThatThrownBy(() -> SafetensorsFile.of(new byte[7], "x")).hasMessageContaining("too few");
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] whole = Files.readAllBytes(TYPES);
        for (int length = 0; length < whole.length; length += 13) {
            byte[] cut = Arrays.copyOf(whole, length);

            assertThatThrownBy(() -> SafetensorsFile.of(cut, "cut")).isInstanceOf(CascadeException.class);
        }
    }

    @Test
    void answersEveryDamagedByteWithACode() throws IOException {
        byte[] whole = Files.readAllBytes(TYPES);
        Random random = new Random(1);
        for (int round = 0; round < 2000; round++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(1300)] = (byte) random.nextInt();
            try {
                SafetensorsFile.of(damaged, "damaged").names().forEach(name -> assertThat(name).isNotNull());
            } catch (CascadeException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_INVALID);
            }
        }
    }

    @Test
    void refusesToReadWholeNumbersAsFloats() {
        try (SafetensorsFile file = SafetensorsFile.open(TYPES)) {
            assertThatThrownBy(() -> file.floats("i64")).hasMessageContaining("I64 (expected F32, F16 or BF16)");
            assertThatThrownBy(() -> file.longs("f32")).hasMessageContaining("expected I64");
            assertThatThrownBy(() -> file.floats("absent")).hasMessageContaining("no tensor absent");
        }
    }

    static byte[] file(byte[] header, int dataBytes) {
        return ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length).put(header).array();
    }

    private static byte[] length(long length) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
    }

    /** Bits, because NaN differs from itself. */
    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(values[i]);
        }
        return bits;
    }
}
