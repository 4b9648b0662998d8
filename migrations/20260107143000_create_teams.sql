CREATE TABLE IF NOT EXISTS teams (
    id bigint NOT NULL PRIMARY KEY,
    name varchar(100) NOT NULL,
    slug varchar(60) NOT NULL,
    owner_id bigint NOT NULL,
    billing_code varchar(40),
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT teams_slug_key UNIQUE (slug),
    CONSTRAINT teams_owner_fk FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE RESTRICT
);

CREATE INDEX IF NOT EXISTS teams_owner_idx ON teams (owner_id);
CREATE INDEX IF NOT EXISTS teams_billing_code_idx ON teams (billing_code);

CREATE TABLE IF NOT EXISTS memberships (
    team_id bigint NOT NULL,
    user_id bigint NOT NULL,
    role varchar(20) NOT NULL DEFAULT 'member',
    joined_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT memberships_pk PRIMARY KEY (team_id, user_id),
    CONSTRAINT memberships_role_check CHECK (role IN ('owner', 'admin', 'member', 'guest')),
    CONSTRAINT memberships_team_fk FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE,
    CONSTRAINT memberships_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX memberships_user_idx ON memberships (user_id);
