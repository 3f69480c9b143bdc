package io.selfcascade.platform.dispatch;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Transactions that are repeated when Postgres ends them for the sake of another (SQLSTATE 40001, 40P01). */
final class LedgerTransactions {

    private static final Logger log = LoggerFactory.getLogger(LedgerTransactions.class);
    private static final int MOST_TRIES = 5;

    private final TransactionTemplate template;

    LedgerTransactions(PlatformTransactionManager transactions) {
        this.template = new TransactionTemplate(transactions);
    }

    /** Runs {@code work} in the caller's transaction, or in one of its own; only its own can be repeated. */
    <T> T run(Supplier<T> work) {
        boolean isOwn = !TransactionSynchronizationManager.isActualTransactionActive();
        for (int attempt = 1; ; attempt++) {
            try {
                return template.execute(status -> work.get());
            } catch (ConcurrencyFailureException e) {
                if (!isOwn || attempt == MOST_TRIES) {
                    throw e;
                }
                log.info("transaction repeated attempt={} cause={}", attempt, e.getMostSpecificCause().getMessage());
            }
        }
    }

    void run(Runnable work) {
        run(() -> {
            work.run();
            return true;
        });
    }
}
