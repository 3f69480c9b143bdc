package io.selfcascade.platform.intake;

import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.model.ModelRegistration;
import io.selfcascade.platform.model.ModelRegistry;
import io.selfcascade.spec.ImageSize;
import io.selfcascade.spec.ModelRef;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.support.PersistenceExceptionTranslationInterceptor;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactory;
import org.springframework.data.repository.Repository;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.vendor.HibernateJpaDialect;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.support.TransactionTemplate;

/** The real intake on a database of the test's own, without a Spring context. What it accepts, the test's listener hears. */
public final class IntakeFixture implements AutoCloseable {

    public static final String MODEL = "scenes";

    public final JpaTransactionManager transactions;
    public final Uuid7 ids = new Uuid7(InstantSource.system(), new SecureRandom());

    private final EntityManagerFactory factory;
    private final JpaRepositoryFactory repositories;

    /** @param entities packages whose entities are mapped besides intake's own */
    public IntakeFixture(DataSource database, String... entities) {
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        bean.setDataSource(database);
        String[] packages = Arrays.copyOf(entities, entities.length + 1);
        packages[entities.length] = Workload.class.getPackageName();
        bean.setPackagesToScan(packages);
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.setJpaPropertyMap(Map.of(
                "hibernate.physical_naming_strategy", "org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl",
                "hibernate.hbm2ddl.auto", "validate",
                "hibernate.jdbc.time_zone", "UTC"));
        bean.afterPropertiesSet();
        factory = bean.getObject();
        transactions = new JpaTransactionManager(factory);
        transactions.setDataSource(database);
        transactions.afterPropertiesSet();
        EntityManager shared = SharedEntityManagerCreator.createSharedEntityManager(factory);
        repositories = new JpaRepositoryFactory(shared);
        repositories.addRepositoryProxyPostProcessor((proxy, repository) ->
                proxy.addAdvice(new PersistenceExceptionTranslationInterceptor(new HibernateJpaDialect())));
    }

    /** A repository as Spring Data makes it. */
    public <R extends Repository<?, ?>> R repository(Class<R> type) {
        return repositories.getRepository(type);
    }

    /** @param localFolders below which requests may name files by path */
    public WorkloadIntake intake(ArtifactStore store, List<Path> localFolders, ApplicationEventPublisher events) {
        FileUploads uploads = new FileUploads(repository(UploadedFiles.class), store, new LocalFiles(localFolders),
                IntakeLimits.DEFAULT, ids, InstantSource.system());
        ModelRegistry models = new ModelRegistry(List.of(new ModelRegistration(
                new ModelRef(MODEL, "ab".repeat(32)), "classpath:models/scenes", ImageSize.square(128), 8, "Apache-2.0")));
        return new WorkloadIntake(repository(Workloads.class), new ItemSpool(store, uploads, IntakeLimits.DEFAULT), models, events,
                new TransactionTemplate(transactions), ids, new SecureRandom(), InstantSource.system());
    }

    /** @param localFolders below which requests may name folders by path */
    public RequestFolders folders(ArtifactStore store, List<Path> localFolders) {
        return new RequestFolders(new LocalFiles(localFolders), store, IntakeLimits.DEFAULT);
    }

    @Override
    public void close() {
        factory.close();
    }
}
