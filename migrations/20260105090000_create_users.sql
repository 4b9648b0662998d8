-- People who can sign in. Ids come from the application, so that they are the same everywhere.
CREATE TABLE IF NOT EXISTS users (
    id bigint NOT NULL PRIMARY KEY,
    email varchar(255) NOT NULL,
    name varchar(100) NOT NULL,
    password_hash varchar(255) NOT NULL,
    created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_check CHECK (email LIKE '%@%')
);
