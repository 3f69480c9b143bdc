package io.selfcascade.platform.dispatch;

import io.selfcascade.platform.dispatch.message.Control;
import io.selfcascade.spec.CascadeException;
import io.selfcascade.spec.ErrorCode;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What people may ask of a worker. The order lies in the control topic, of which every worker reads the last under its name
 * at its start: it outlives a restart of the worker, and goes with the topic's retention of a week.
 */
public class WorkerControl {

    private final JdbcClient jdbc;
    private final Orders orders;

    WorkerControl(JdbcClient jdbc, Orders orders) {
        this.jdbc = jdbc;
        this.orders = orders;
    }

    /**
     * Asks a worker to finish what it has and take nothing new. Asking again changes nothing.
     *
     * @throws CascadeException NOT_FOUND if no worker has ever called itself so; INFRASTRUCTURE_UNAVAILABLE if the broker does not
     *     take the order
     */
    public void drain(String worker) {
        order(worker, Control.Order.DRAIN);
    }

    /**
     * Asks a worker to take work again.
     *
     * @throws CascadeException as {@link #drain}
     */
    public void resume(String worker) {
        order(worker, Control.Order.RESUME);
    }

    private void order(String worker, Control.Order order) {
        jdbc.sql("SELECT id FROM worker WHERE id = :worker").param("worker", worker).query(String.class).optional()
                .orElseThrow(() -> new CascadeException(
                        ErrorCode.NOT_FOUND, "Cannot find worker: " + worker + " (see GET /v1/workers)"));
        orders.worker(worker, order);
    }
}
