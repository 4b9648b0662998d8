RENAME TABLE a TO b, c TO s.d;
