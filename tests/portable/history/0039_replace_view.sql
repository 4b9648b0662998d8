DROP VIEW order_totals;
CREATE VIEW order_totals AS
SELECT l.order_id AS order_id, sum(l.quantity) AS pieces, count(*) AS positions FROM order_lines l GROUP BY l.order_id;
