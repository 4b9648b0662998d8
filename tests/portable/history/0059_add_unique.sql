ALTER TABLE tags ADD CONSTRAINT tags_label UNIQUE (label);
