package io.selfcascade;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The one entry point of the jar: starts the platform in the role that {@code selfcascade.role} names. */
@SpringBootApplication
public class SelfcascadeApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(SelfcascadeApplication.class, arguments);
    }
}
