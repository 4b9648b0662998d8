create definer=`a`@`b` procedure p() begin if (a) then select if(1,2,3); elseif b then set new.end=1; end if; repeat set a=1; until b end repeat; case a when 1 then select 1; end case; end;
select 1\G
