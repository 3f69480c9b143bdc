package io.selfcascade.bench.platform;

import com.zaxxer.hikari.HikariDataSource;
import javax.sql.DataSource;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.repository.support.JdbcJobRepositoryFactoryBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** What manager and worker of {@link RemotePartitioning} share: the database with its job repository, and their names. */
record RemoteSteps(HikariDataSource dataSource, JdbcTransactionManager transactions, JobRepository repository, JdbcClient jdbc)
        implements AutoCloseable {

    static final String TOPIC = "baseline-requests";
    static final String STEP = "work";
    static final String FROM = "from";
    static final String UNTIL = "until";
    static final int WORKERS = 4;

    static RemoteSteps open(String url, String user, String password) {
        HikariDataSource source = new HikariDataSource();
        source.setJdbcUrl(url);
        source.setUsername(user);
        source.setPassword(password);
        source.setMaximumPoolSize(2 * WORKERS);
        JdbcTransactionManager transactions = new JdbcTransactionManager(source);
        return new RemoteSteps(source, transactions, repository(source, transactions), JdbcClient.create(source));
    }

    private static JobRepository repository(DataSource source, JdbcTransactionManager transactions) {
        JdbcJobRepositoryFactoryBean factory = new JdbcJobRepositoryFactoryBean();
        factory.setDataSource(source);
        factory.setTransactionManager(transactions);
        try {
            factory.afterPropertiesSet();
            return factory.getObject();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot open job repository: " + source, e);
        }
    }

    @Override
    public void close() {
        dataSource.close();
    }
}
