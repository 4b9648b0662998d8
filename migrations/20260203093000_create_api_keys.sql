CREATE TABLE IF NOT EXISTS api_keys (
    id bigint NOT NULL PRIMARY KEY,
    team_id bigint NOT NULL,
    created_by bigint,
    label varchar(80) NOT NULL,
    key_hash varchar(64) NOT NULL,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    revoked_at timestamp NULL,
    CONSTRAINT api_keys_team_label_key UNIQUE (team_id, label),
    CONSTRAINT api_keys_team_fk FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE,
    CONSTRAINT api_keys_created_by_fk FOREIGN KEY (created_by) REFERENCES users (id)
        ON DELETE SET NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS api_keys_key_hash_idx ON api_keys (key_hash);
CREATE INDEX IF NOT EXISTS api_keys_created_by_idx ON api_keys (created_by);
