CREATE TABLE IF NOT EXISTS team_invites (
    id bigint NOT NULL PRIMARY KEY,
    team_id bigint NOT NULL,
    email varchar(255) NOT NULL,
    role varchar(20) NOT NULL DEFAULT 'member',
    invited_by bigint NOT NULL,
    expires_at timestamp NOT NULL,
    accepted_at timestamp NULL,
    CONSTRAINT team_invites_team_email_key UNIQUE (team_id, email),
    CONSTRAINT team_invites_role_check CHECK (role IN ('admin', 'member', 'guest')),
    CONSTRAINT team_invites_team_fk FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE,
    CONSTRAINT team_invites_invited_by_fk FOREIGN KEY (invited_by) REFERENCES users (id)
        ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS team_invites_expires_idx ON team_invites (expires_at);

-- A view cannot be changed in place everywhere: drop it and make it again.
DROP VIEW IF EXISTS active_members;
CREATE VIEW active_members AS
SELECT memberships.team_id, users.id AS user_id, users.email, users.display_name, memberships.role
FROM memberships
INNER JOIN users ON users.id = memberships.user_id
WHERE users.is_active = true;
