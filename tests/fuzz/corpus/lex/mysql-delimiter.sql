DELIMITER //
create trigger t begin set @a=1; end//
DELIMITER ;
select 'it\'s;', "a\";" # c;
; select 1--1; -- x
