ALTER TABLE visits RENAME TO page_visits;
ALTER TABLE page_visits ADD COLUMN path varchar(100) NOT NULL DEFAULT '/';
