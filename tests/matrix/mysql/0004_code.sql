CREATE TABLE changes (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, what varchar(250));
DELIMITER //
CREATE TRIGGER people_update AFTER UPDATE ON people FOR EACH ROW
BEGIN
    INSERT INTO changes (what) VALUES (concat(OLD.email, '; ', NEW.email));
END//
CREATE PROCEDURE rename_all(word varchar(20))
BEGIN
    UPDATE people SET nickname = word;
END//
DELIMITER ;
CALL rename_all('all');
DROP VIEW glad_people;
