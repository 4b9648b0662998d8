CREATE VIEW big_orders AS SELECT order_id FROM order_totals WHERE pieces > 5;
