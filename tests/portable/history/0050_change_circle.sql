ALTER TABLE members ALTER COLUMN nick SET DEFAULT 'nobody';
UPDATE members SET nick = 'nobody' WHERE nick IS NULL;
ALTER TABLE members ALTER COLUMN nick SET NOT NULL;
