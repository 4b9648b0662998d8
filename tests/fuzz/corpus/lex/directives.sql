-- dunlin: only sqlite
select 1;
-- dunlin: end
select 2 -- dunlin: no
;
