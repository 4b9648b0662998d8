/*M!999999\- enable the sandbox mode */ 
/*!40101 SET NAMES utf8 */;
INSERT INTO `t` VALUES (1,'a;b');
DELIMITER ;;
/*!50003 CREATE*/ /*!50003 TRIGGER x BEGIN SET @a=1; END */;;
DELIMITER ;
