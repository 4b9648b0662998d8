CREATE TABLE teams (
    id bigint NOT NULL PRIMARY KEY,
    name varchar(100) NOT NULL,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE KEY teams_name_key (name)
);
CREATE TABLE people (
    id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    team_id bigint,
    email varchar(200) NOT NULL COMMENT 'it''s; where they read',
    amount decimal(12,2) NOT NULL DEFAULT 0,
    mood enum('sad', 'ok') NOT NULL DEFAULT 'ok',
    CONSTRAINT people_team_fk FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX people_email_idx ON people (email);
