package io.selfcascade.faults.process;

import io.selfcascade.SelfcascadeApplication;
import io.selfcascade.platform.artifact.ArtifactStore;
import io.selfcascade.platform.dispatch.Failpoints;
import io.selfcascade.platform.intake.WorkloadAccepted;
import java.time.Clock;
import java.util.Locale;
import javax.sql.DataSource;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The platform's own main class in a process that fails where it is told to. Nothing of the platform knows: beans are
 * wrapped as they are made, listeners are added from outside.
 */
public final class FaultyProcess {

    private FaultyProcess() {}

    public static void main(String[] arguments) {
        FaultPoints points = FaultPoints.ofThisProcess();
        SpringApplication application = new SpringApplication(SelfcascadeApplication.class);
        application.addInitializers(context -> {
            ConfigurableListableBeanFactory beans = context.getBeanFactory();
            beans.registerSingleton("failpoints",
                    (Failpoints) effect -> points.reached(effect.name().toLowerCase(Locale.ROOT).replace('_', '.')));
            beans.addBeanPostProcessor(new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return wrap(bean, points);
                }
            });
        });
        application.addListeners(new Accepted(points));
        application.run(arguments);
    }

    private static Object wrap(Object bean, FaultPoints points) {
        if (bean instanceof ArtifactStore store) {
            return new FaultyStore(store, points);
        }
        if (bean instanceof Clock clock) {
            return new ShiftedClock(clock, points);
        }
        if (bean instanceof DataSource database) {
            return new LostReplies(database, points);
        }
        if (bean instanceof AbstractStep step) {
            step.registerStepExecutionListener(new StepEnds(points));
        }
        return bean;
    }

    /** Before a step's work, and after it, when only the job repository does not know yet. */
    private record StepEnds(FaultPoints points) implements StepExecutionListener {

        @Override
        public void beforeStep(StepExecution step) {
            points.reached(step.getStepName() + ".begins");
        }

        @Override
        public ExitStatus afterStep(StepExecution step) {
            points.reached(step.getStepName() + ".ends");
            return step.getExitStatus();
        }
    }

    /** In the transaction of intake, and after its commit, when neither HTTP nor Kafka knows yet. */
    private record Accepted(FaultPoints points) implements ApplicationListener<PayloadApplicationEvent<WorkloadAccepted>> {

        @Override
        public void onApplicationEvent(PayloadApplicationEvent<WorkloadAccepted> event) {
            points.reached("intake.inserted");
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    points.reached("intake.committed");
                }
            });
        }
    }
}
