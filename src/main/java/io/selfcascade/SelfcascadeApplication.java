package io.selfcascade;

import io.selfcascade.cli.SelfcascadeCli;
import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The one entry point of the jar: starts the platform in the role that {@code selfcascade.role} names. */
@SpringBootApplication
public class SelfcascadeApplication {

    public static void main(String[] arguments) {
        if (SelfcascadeCli.isCommand(arguments)) {
            System.exit(SelfcascadeCli.run(arguments));
        }
        SpringApplication.run(SelfcascadeApplication.class, arguments);
    }

    /** The clock of this process, for what people read. The ledger keeps its own time. */
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
