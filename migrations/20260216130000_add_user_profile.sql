ALTER TABLE users ADD COLUMN locale varchar(10) NOT NULL DEFAULT 'en';
ALTER TABLE users ADD COLUMN is_active boolean NOT NULL DEFAULT true;
ALTER TABLE users ADD COLUMN last_seen_at timestamp NULL;

CREATE INDEX users_last_seen_idx ON users (last_seen_at);
