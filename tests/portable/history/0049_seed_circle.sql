INSERT INTO teams VALUES (1, NULL, 'red');
INSERT INTO members VALUES (1, 1, 'r1'), (2, 1, NULL);
UPDATE teams SET lead_id = 1 WHERE id = 1;
