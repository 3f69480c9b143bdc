package io.selfcascade.platform.settings;

import io.selfcascade.spec.CascadeException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints a failure that carries its own remedy as that one sentence, instead of pages of stack. */
class FailedStart extends AbstractFailureAnalyzer<CascadeException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, CascadeException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), null, cause);
    }
}
