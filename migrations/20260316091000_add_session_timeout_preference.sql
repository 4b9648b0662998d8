ALTER TABLE users ADD COLUMN session_timeout_minutes integer NOT NULL DEFAULT 30
    CONSTRAINT users_session_timeout_check CHECK (session_timeout_minutes BETWEEN 5 AND 1440);

ALTER TABLE sessions ADD COLUMN remember_me boolean NOT NULL DEFAULT false;

UPDATE sessions SET remember_me = true
WHERE EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.locale = 'en');
