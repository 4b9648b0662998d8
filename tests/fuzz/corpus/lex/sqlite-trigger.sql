-- x
CREATE TEMP TRIGGER t AFTER INSERT ON x BEGIN
  SELECT case when 1 then 'end;' end;
END;
select [a;], `b;`, "c;", X'00';
.mode box
