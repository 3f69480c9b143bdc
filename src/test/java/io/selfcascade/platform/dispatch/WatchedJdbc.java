package io.selfcascade.platform.dispatch;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A client whose statements a test may change, and before each of which a thread may stop. */
final class WatchedJdbc implements JdbcClient {

    private final JdbcClient client;
    private final ThreadLocal<@Nullable Runnable> beforeStatement = new ThreadLocal<>();
    private volatile UnaryOperator<String> rewriting = UnaryOperator.identity();

    WatchedJdbc(JdbcClient client) {
        this.client = client;
    }

    /** Changes the text of every further statement. */
    void rewrite(UnaryOperator<String> rewriting) {
        this.rewriting = rewriting;
    }

    /** Calls {@code hook} before each further statement of the calling thread. */
    void beforeEach(@Nullable Runnable hook) {
        beforeStatement.set(hook);
    }

    @Override
    public StatementSpec sql(String sql) {
        Runnable hook = beforeStatement.get();
        if (hook != null) {
            hook.run();
        }
        return client.sql(rewriting.apply(sql));
    }
}
