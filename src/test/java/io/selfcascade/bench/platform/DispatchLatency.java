package io.selfcascade.bench.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How long a task waits in an idle system, one workload of one item a second: from the transaction that opened it (its
 * begin, so a little too much) to the moment its worker owns it. Both times are of one machine.
 */
final class DispatchLatency {

    private DispatchLatency() {}

    /** @return milliseconds of each task */
    static long[] measure(Installation installation, StatusClient client, int tasks) throws IOException {
        String file = client.upload(1);
        Files.deleteIfExists(installation.folder.resolve("accepted"));
        String last = "";
        for (int i = 0; i < tasks; i++) {
            last = client.submit(file, 1);
            Clocked.pause(1_000);
        }
        client.awaitCompleted(last, 1);
        Map<Long, Long> accepted = Files.readAllLines(installation.folder.resolve("accepted")).stream().map(line -> line.split(" "))
                .collect(Collectors.toMap(line -> Long.parseLong(line[0]), line -> Long.parseLong(line[1])));
        return installation.jdbc.sql("SELECT id, (extract(epoch FROM not_before) * 1000)::bigint FROM stage_task WHERE id = ANY(:ids)")
                .param("ids", accepted.keySet().toArray(Long[]::new))
                .query((rs, n) -> accepted.get(rs.getLong(1)) - rs.getLong(2))
                .list().stream().mapToLong(Long::longValue).toArray();
    }
}
