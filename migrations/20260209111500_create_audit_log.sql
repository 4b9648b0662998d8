/* Who did what; rows are only ever added. The payload is JSON, kept as text because no column
   type for it is spelled the same on every database. */
CREATE TABLE audit_log (
    id bigint NOT NULL PRIMARY KEY,
    actor_id bigint,
    action varchar(40) NOT NULL,
    entity varchar(40) NOT NULL,
    entity_id bigint,
    payload text NOT NULL,
    happened_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT audit_log_actor_fk FOREIGN KEY (actor_id) REFERENCES users (id) ON DELETE SET NULL
);

CREATE INDEX audit_log_actor_idx ON audit_log (actor_id);
CREATE INDEX audit_log_entity_idx ON audit_log (entity, entity_id, happened_at DESC);
