ALTER TABLE teams DROP CONSTRAINT teams_lead;
DROP TABLE members;
DROP TABLE teams;
