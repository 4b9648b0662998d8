COPY public.t (a, b) FROM stdin; -- x
1	;
\N
\.
select 1;
