package io.selfcascade.platform.dispatch;

/** A call whose caller does not know whether it was executed. */
final class CallLostException extends RuntimeException {

    private static final long serialVersionUID = 1;

    CallLostException() {
        super("The database did not answer", null, false, false);
    }
}
