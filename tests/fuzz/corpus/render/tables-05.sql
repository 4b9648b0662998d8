CREATE TABLE tab_comment (id integer PRIMARY KEY, a integer);
COMMENT ON TABLE tab_comment IS 'what it''s for';
COMMENT ON COLUMN tab_comment.a IS 'a column';
CREATE TABLE tab_uncomment (id integer PRIMARY KEY);
COMMENT ON TABLE tab_uncomment IS 'x';
COMMENT ON TABLE tab_uncomment IS NULL;
COMMENT ON TABLE tab_comment_never IS 'x';
