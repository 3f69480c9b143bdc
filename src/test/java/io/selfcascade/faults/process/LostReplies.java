package io.selfcascade.faults.process;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A database whose answer to a commit is lost on the way: what was committed is committed, and its writer cannot know. */
final class LostReplies extends DelegatingDataSource {

    private final FaultPoints points;

    LostReplies(DataSource database, FaultPoints points) {
        super(database);
        this.points = points;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
            try {
                Object answer = method.invoke(connection, arguments);
                if (method.getName().equals("commit")) {
                    loseReply();
                }
                return answer;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private void loseReply() throws SQLException {
        int oneOf = points.setting("commit.lost").map(Integer::parseInt).orElse(0);
        if (oneOf > 0 && (int) (System.nanoTime() / 1_000 % oneOf) == 0) {
            throw new SQLException("armed: the commit succeeded, its reply was lost", "08006");
        }
    }
}
