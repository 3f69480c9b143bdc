package io.selfcascade.cli;

import io.selfcascade.spec.CascadeException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The commands of the jar; without one of them the jar starts the server. */
@Command(
        name = "selfcascade",
        description = "Trains, evaluates and samples the bundled model; without a command the server starts, and"
                + " arguments such as --selfcascade.role=worker are its settings.",
        mixinStandardHelpOptions = true,
        versionProvider = SelfcascadeCli.Version.class,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:Done.", "1:Failed; the message says why.", "2:Wrong arguments."},
        subcommands = {TrainCommand.class, EvaluateCommand.class, SampleCommand.class, CompareCommand.class})
public final class SelfcascadeCli {

    private SelfcascadeCli() {}

    /**
     * Whether the arguments are for a command (or ask for help) and not the server's: its own all begin with
     * {@code --}, so a mistyped command is refused instead of starting it.
     */
    public static boolean isCommand(String... arguments) {
        return arguments.length > 0
                && (!arguments[0].startsWith("--") || List.of("--help", "--version").contains(arguments[0]));
    }

    /** Runs a command and returns the process's exit code: 0, 1 after a failure, 2 for wrong arguments. */
    public static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    /** The same, printing results to {@code out} and complaints to {@code err}. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return commandLine().setOut(out).setErr(err).execute(arguments);
    }

    private static CommandLine commandLine() {
        return new CommandLine(new SelfcascadeCli())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(SelfcascadeCli::refuse)
                .setExecutionExceptionHandler(SelfcascadeCli::explain);
    }

    /** One line about the mistake and where to read on; the whole help would push the line off the screen. */
    private static int refuse(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println(mistake.getMessage());
        UnmatchedArgumentException.printSuggestions(mistake, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    /** A failure with a code says what, where and the remedy itself; any other is a bug and shows its trace. */
    private static int explain(Exception failure, CommandLine command, ParseResult arguments) throws Exception {
        if (failure instanceof CascadeException known) {
            command.getErr().println(known.code() + ": " + known.getMessage());
            command.getErr().flush();
            return switch (known.code()) {
                case INVALID_REQUEST, INVALID_SIZE, INVALID_STAGE -> CommandLine.ExitCode.USAGE;
                default -> CommandLine.ExitCode.SOFTWARE;
            };
        }
        throw failure;
    }

    /** What the jar's manifest says. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = SelfcascadeCli.class.getPackage().getImplementationVersion();
            return new String[] {"selfcascade " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
