create or replace function f() returns int begin atomic select case when a then 1 end; end;
create rule r as on insert to t do also (select 1; select (2));
\gexec
