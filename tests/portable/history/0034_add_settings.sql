CREATE TABLE settings (user_id bigint PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, data jsonb NOT NULL DEFAULT '{}', theme varchar(20) NOT NULL DEFAULT 'light');
