CREATE TABLE teams (id integer PRIMARY KEY, lead_id integer, name varchar(40) NOT NULL);
CREATE TABLE members (id integer PRIMARY KEY, team_id integer NOT NULL REFERENCES teams (id), nick varchar(40));
ALTER TABLE teams ADD CONSTRAINT teams_lead FOREIGN KEY (lead_id) REFERENCES members (id) ON DELETE SET NULL;
