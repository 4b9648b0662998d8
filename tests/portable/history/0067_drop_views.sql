DROP VIEW big_orders;
DROP VIEW order_totals;
