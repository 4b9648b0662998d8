INSERT INTO settings (user_id, theme) SELECT id, 'dark' FROM users WHERE id < 3;
