package io.selfcascade.cli;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** The terminal of a command, as picocli gives it. */
final class Console {

    private Console() {}

    /** Prints and flushes each line, so that a progress line is seen when it is true. */
    static Consumer<String> lines(@Nullable CommandSpec spec) {
        return line -> print(spec, line);
    }

    static void print(@Nullable CommandSpec spec, String line) {
        if (spec != null) {
            spec.commandLine().getOut().println(line);
            spec.commandLine().getOut().flush();
        }
    }
}
