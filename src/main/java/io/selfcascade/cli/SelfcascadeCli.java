package io.selfcascade.cli;

import io.selfcascade.spec.CascadeException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The commands of the jar; without one of them the jar starts the server. */
@Command(
        name = "selfcascade",
        description = "Trains, evaluates and samples the bundled model; without a command the server starts.",
        mixinStandardHelpOptions = true,
        subcommands = {TrainCommand.class, EvaluateCommand.class, SampleCommand.class})
public final class SelfcascadeCli {

    private SelfcascadeCli() {}

    /** Whether the first argument names a command (or asks for help); otherwise the arguments are the server's. */
    public static boolean isCommand(String... arguments) {
        return arguments.length > 0
                && (arguments[0].equals("--help") || commandLine().getSubcommands().containsKey(arguments[0]));
    }

    /** Runs a command and returns the process's exit code: 0, 1 after a failure, 2 for wrong arguments. */
    public static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    /** The same, printing results to {@code out}. */
    static int run(PrintWriter out, String... arguments) {
        return commandLine().setOut(out).execute(arguments);
    }

    private static CommandLine commandLine() {
        return new CommandLine(new SelfcascadeCli()).setExecutionExceptionHandler(SelfcascadeCli::explain);
    }

    /** A failure with a code says what, where and the remedy itself; any other is a bug and shows its trace. */
    private static int explain(Exception failure, CommandLine command, ParseResult arguments) throws Exception {
        if (failure instanceof CascadeException known) {
            command.getErr().println(known.code() + ": " + known.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        throw failure;
    }
}
