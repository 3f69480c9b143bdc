package io.selfcascade.platform.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ItemLinesTest {

    @Test
    void numbersItemsWithoutBlankLinesAndLinesWithThem() throws IOException {
        List<RawItem> items = read("\uFEFF{\"a\":1}\r\n\r\n  \t\n{\"b\":2}\n\n{\"c\":3}");

        assertThat(items).extracting(RawItem::ordinal).containsExactly(0, 1, 2);
        assertThat(items).extracting(RawItem::line).containsExactly(1, 4, 6);
        assertThat(items).extracting(item -> new String(item.content(), StandardCharsets.UTF_8).strip())
                .containsExactly("{\"a\":1}", "{\"b\":2}", "{\"c\":3}");
    }

    @Test
    void findsNothingInAnEmptyFile() throws IOException {
        assertThat(read("")).isEmpty();
        assertThat(read("\uFEFF")).isEmpty();
        assertThat(read("\n\r\n ")).isEmpty();
    }

    @Test
    void keepsALineOfExactlyTheLimitAndCutsALongerOne() throws IOException {
        String limit = "x".repeat(64 << 10);

        List<RawItem> items = read(limit + "\n" + limit + "y".repeat(10 << 20) + "\nz");

        assertThat(items).extracting(RawItem::complete).containsExactly(true, false, true);
        assertThat(items.get(1).content()).hasSizeLessThanOrEqualTo((64 << 10) + 1);
        assertThat(items.get(2).line()).isEqualTo(3);
    }

    @Test
    void refusesMoreItemsThanAWorkloadMayHave() throws IOException {
        IntakeLimits two = new IntakeLimits(1000, 1000, 2, 100, 1000, 1000);

        assertThat(new ItemLines(stream("a\n\nb\n"), two).count()).isEqualTo(2);
        assertThatThrownBy(() -> new ItemLines(stream("a\nb\nc"), two).count())
                .isInstanceOfSatisfying(CascadeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    private static List<RawItem> read(String text) throws IOException {
        List<RawItem> items = new ArrayList<>();
        try (ItemLines lines = new ItemLines(stream(text), IntakeLimits.DEFAULT)) {
            for (RawItem item = lines.next(); item != null; item = lines.next()) {
                items.add(item);
            }
        }
        return items;
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
