CREATE TABLE IF NOT EXISTS settings (user_id bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, data jsonb NOT NULL DEFAULT '{}', theme varchar(20) NOT NULL DEFAULT 'light');
ALTER TABLE users ADD COLUMN IF NOT EXISTS bio text;
CREATE INDEX IF NOT EXISTS users_country ON users (country);
ALTER TABLE users DROP COLUMN IF EXISTS never_there;
