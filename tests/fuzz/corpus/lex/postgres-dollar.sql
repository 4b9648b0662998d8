select $x$ $$;$$ $x$; select a$$ from (select 1 as a$$) z; select 1$$;$$, $1;
/* a /* ; */ b */ select E'it\'s;', U&'\';
