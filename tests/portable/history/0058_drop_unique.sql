ALTER TABLE tags DROP CONSTRAINT tags_label_key;
