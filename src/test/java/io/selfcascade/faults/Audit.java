package io.selfcascade.faults;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A history the platform knows nothing of: triggers write down every change of state, so that what was accepted twice or
 * went backwards is seen although the rows look right again.
 */
final class Audit {

    private Audit() {}

    static void install(JdbcClient jdbc) {
        jdbc.sql("""
                CREATE SCHEMA audit;
                CREATE SEQUENCE audit.seq;
                CREATE TABLE audit.task (seq bigint DEFAULT nextval('audit.seq'), id bigint, workload_id uuid, generation int, state text,
                  artifact_key text);
                CREATE TABLE audit.item (seq bigint DEFAULT nextval('audit.seq'), workload_id uuid, ordinal int, settled_in int, state text);
                CREATE TABLE audit.run (seq bigint DEFAULT nextval('audit.seq'), workload_id uuid, generation int, state text, revision bigint);
                CREATE FUNCTION audit.task() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  INSERT INTO audit.task (id, workload_id, generation, state, artifact_key)
                  VALUES (NEW.id, NEW.workload_id, NEW.generation, NEW.state, NEW.artifact_key);
                  RETURN NULL;
                END $$;
                CREATE FUNCTION audit.item() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  INSERT INTO audit.item (workload_id, ordinal, settled_in, state)
                  VALUES (NEW.workload_id, NEW.ordinal, NEW.settled_in, NEW.state);
                  RETURN NULL;
                END $$;
                CREATE FUNCTION audit.run() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                  INSERT INTO audit.run (workload_id, generation, state, revision)
                  VALUES (NEW.workload_id, NEW.generation, NEW.state, NEW.revision);
                  RETURN NULL;
                END $$;
                CREATE TRIGGER audit_task AFTER UPDATE ON stage_task FOR EACH ROW
                  WHEN (OLD.state <> NEW.state OR (NEW.artifact_key IS NOT NULL AND OLD.artifact_key IS DISTINCT FROM NEW.artifact_key))
                  EXECUTE FUNCTION audit.task();
                CREATE TRIGGER audit_item AFTER UPDATE ON item FOR EACH ROW
                  WHEN (OLD.state <> NEW.state OR OLD.result_key IS DISTINCT FROM NEW.result_key) EXECUTE FUNCTION audit.item();
                CREATE TRIGGER audit_run AFTER INSERT OR UPDATE ON workload_run FOR EACH ROW EXECUTE FUNCTION audit.run();
                CREATE INDEX ON audit.task (id);
                CREATE INDEX ON audit.item (workload_id, ordinal);
                CREATE INDEX ON audit.run (workload_id)
                """).update();
    }
}
