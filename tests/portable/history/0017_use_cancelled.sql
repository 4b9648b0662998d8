UPDATE orders SET status = 'cancelled' WHERE id = 2;
