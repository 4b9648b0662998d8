INSERT INTO settings (user_id, theme) VALUES (1, 'blue'), (3, 'red') ON CONFLICT (user_id) DO UPDATE SET theme = excluded.theme;
