/* SPDX-License-Identifier: MIT
 *
 * {server, mode, current facts, operations, what comes out} of mysql_forms_test.c.
 */
/* clang-format off */
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "",
     "create table users\n"
     "create column users/id type:bigint,not_null:1,auto:identity\n"
     "create column users/e`mail type:varchar(255),default:'x'\n"
     "create column users/at type:timestamp,default:current_timestamp(6)\n"
     "create column users/ok type:boolean,not_null:1,default:true\n"
     "create column users/n type:numeric(5),default:1+1\n"
     "create column users/mood type:enum,values:[a,it's]\n"
     "create pk users/users_pkey columns:[id]\n"
     "create unique users/users_email_key columns:[e`mail]\n"
     "create check users/c expr:id > 0\n"
     "create index users/i keys:[[column:at,desc:1]]",
     "CREATE TABLE `users` (\n"
     "    `id` bigint NOT NULL AUTO_INCREMENT,\n"
     "    `e``mail` varchar(255) DEFAULT 'x',\n"
     "    `at` datetime(6) DEFAULT current_timestamp(6),\n"
     "    `ok` tinyint(1) NOT NULL DEFAULT 1,\n"
     "    `n` decimal(5,0) DEFAULT (1+1),\n"
     "    `mood` enum('a','it''s'),\n"
     "    PRIMARY KEY (`id`),\n"
     "    UNIQUE KEY `users_email_key` (`e``mail`),\n"
     "    CONSTRAINT `c` CHECK (id > 0)\n"
     ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n"
     "CREATE INDEX `i` ON `users` (`at` DESC);\n"
     ""},
    {"mysql 8.0.36", DUNLIN_RENDER_RUN,
     "",
     "create table users\n"
     "create column users/id type:bigint,not_null:1,auto:identity\n"
     "create column users/doc type:json,default:'{}'\n"
     "create column users/at type:timestamp(0),default:current_timestamp(6)\n"
     "create column users/z type:timestamptz\n"
     "create pk users/users_pkey columns:[id]\n"
     "create check users/c expr:id > 0,not_enforced:1\n"
     "create index users/i keys:[[expr:lower(doc)]]",
     "note 1 on 4: column 'z': a timestamptz is a TIMESTAMP here, which holds the years 1970 to 2038 only\n"
     "CREATE TABLE `users` (\n"
     "    `id` bigint NOT NULL AUTO_INCREMENT,\n"
     "    `doc` json DEFAULT ('{}'),\n"
     "    `at` datetime DEFAULT CURRENT_TIMESTAMP,\n"
     "    `z` TIMESTAMP(6) NULL,\n"
     "    PRIMARY KEY (`id`),\n"
     "    CONSTRAINT `c` CHECK (id > 0) NOT ENFORCED\n"
     ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;\n"
     "CREATE INDEX `i` ON `users` ((lower(doc)));\n"
     ""},
    {"mysql 5.7.44", DUNLIN_RENDER_RUN,
     "",
     "create table t\n"
     "create column t/a type:integer\n"
     "create column t/u type:uuid\n"
     "create check t/c expr:a > 0",
     "note 1 on 3: this server ignores CHECK: it is left out\n"
     "note 1 on 0: blanks at the end of a text do not count when it is compared, before MySQL 8.0.17\n"
     "CREATE TABLE `t` (\n"
     "    `a` int,\n"
     "    `u` char(36)\n"
     ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;\n"
     ""},
    {"mysql 5.7.44", DUNLIN_RENDER_RUN,
     "",
     "create table t\n"
     "create column t/a type:text,default:'x'",
     "note 2 on 1: MySQL has no expressions as defaults before 8.0.13: the default of 'a'\n"
     "refused: MySQL has no expressions as defaults before 8.0.13: the default of 'a'\n"
     "hint: \n"
     ""},
    {"mysql 8.0.36", DUNLIN_RENDER_RUN,
     "",
     "create table t\n"
     "create column t/a type:text\n"
     "create unique t/t_a_key columns:[a]",
     "note 2 on 2: MySQL has no keys on columns without a length: 'a' of 't' is a longtext\n"
     "refused: MySQL has no keys on columns without a length: 'a' of 't' is a longtext\n"
     "hint: give the column a length, varchar(255) say, in the migration that makes it\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "",
     "create table t\n"
     "create column t/a type:text\n"
     "create pk t/t_pkey columns:[a]",
     "note 2 on 2: MariaDB has no keys on columns without a length: 'a' of 't' is a longtext\n"
     "refused: MariaDB has no keys on columns without a length: 'a' of 't' is a longtext\n"
     "hint: give the column a length, varchar(255) say, in the migration that makes it\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "",
     "create table t\n"
     "create column t/a type:interval",
     "note 2 on 1: MariaDB has no type interval: column 'a'\n"
     "refused: MariaDB has no type interval: column 'a'\n"
     "hint: \n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "create index t/i keys:[[expr:lower(b)]]",
     "note 2 on 0: MariaDB has no indexes on expressions: lower(b)\n"
     "refused: MariaDB has no indexes on expressions: lower(b)\n"
     "hint: add a generated column of the expression and put the index on it, or leave this statement out in a section '-- dunlin: only ...'\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "create index t/i unique:1,keys:[[column:b]],where:a > 0",
     "note 2 on 0: MariaDB has no unique indexes with a condition: 'i'\n"
     "refused: MariaDB has no unique indexes with a condition: 'i'\n"
     "hint: make the key of a generated column that is null where the condition does not hold, in a section '-- dunlin: only mysql' or a file <tag>.mysql.sql\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "create index t/i keys:[[column:b]],where:a > 0",
     "note 1 on 0: index 'i' is of all rows here, its condition is not kept\n"
     "CREATE INDEX `i` ON `t` (`b`);\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "alter column t/a type:bigint\n"
     "alter column t/a !not_null\n"
     "alter column t/b not_null:1\n"
     "rename column t/b c\n"
     "drop column t/c",
     "ALTER TABLE `t` MODIFY COLUMN `a` bigint DEFAULT 5,\n"
     "    MODIFY COLUMN `b` varchar(20) NOT NULL COMMENT 'x';\n"
     "ALTER TABLE `t` RENAME COLUMN `b` TO `c`;\n"
     "ALTER TABLE `t` DROP COLUMN `c`;\n"
     ""},
    {"mysql 5.7.44", DUNLIN_RENDER_RUN,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "rename column t/b c\n"
     "rename index t/i j\n"
     "drop check t/k\n"
     "alter column t/a default:7",
     "ALTER TABLE `t` CHANGE COLUMN `b` `c` varchar(20) COMMENT 'x',\n"
     "    RENAME INDEX `i` TO `j`,\n"
     "    ALTER COLUMN `a` SET DEFAULT 7;\n"
     ""},
    {"mysql 8.0.36", DUNLIN_RENDER_RUN,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "rename column t/b c\n"
     "drop check t/k\n"
     "drop unique t/u\n"
     "drop pk t/t_pkey\n"
     "drop fk t/f",
     "ALTER TABLE `t` RENAME COLUMN `b` TO `c`,\n"
     "    DROP CHECK `k`,\n"
     "    DROP INDEX `u`,\n"
     "    DROP PRIMARY KEY,\n"
     "    DROP FOREIGN KEY `f`;\n"
     ""},
    {"mysql 8.0.36", DUNLIN_RENDER_RUN,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "alter column t/a default:6+1\n"
     "alter column t/b default:'q'",
     "ALTER TABLE `t` ALTER COLUMN `a` SET DEFAULT (6+1),\n"
     "    ALTER COLUMN `b` SET DEFAULT 'q';\n"
     ""},
    {"mysql 8.0.36", DUNLIN_RENDER_RUN,
     "",
     "create sequence s start:3",
     "note 2 on 0: MySQL has no sequences: 's'\n"
     "refused: MySQL has no sequences: 's'\n"
     "hint: number the column itself: GENERATED BY DEFAULT AS IDENTITY\n"
     ""},
    {"mysql 9.1.0", DUNLIN_RENDER_RUN,
     "create table r\n"
     "create column r/id type:int,not_null:1\n"
     "create pk r/PRIMARY columns:[id]",
     "create table t\n"
     "create column t/r_id type:integer\n"
     "create fk t/t_r_id_fkey columns:[r_id],ref:[r],on_delete:cascade,on_update:restrict,deferrable:1",
     "note 1 on 2: a constraint cannot be deferred here: it is checked by each statement\n"
     "CREATE TABLE `t` (\n"
     "    `r_id` int,\n"
     "    CONSTRAINT `t_r_id_fkey` FOREIGN KEY (`r_id`) REFERENCES `r` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT\n"
     ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "create table n\n"
     "create column n/id type:int,not_null:1\n"
     "create column n/up type:int\n"
     "create pk n/PRIMARY columns:[id]",
     "create fk n/n_up columns:[up],ref:[n],on_update:cascade",
     "note 1 on 0: ON UPDATE CASCADE does not reach rows of the same table: an update of a key in 'n' that others of its rows refer to fails here\n"
     "ALTER TABLE `n` ADD CONSTRAINT `n_up` FOREIGN KEY (`up`) REFERENCES `n` (`id`) ON UPDATE CASCADE;\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_SCRIPT,
     "create table r\n"
     "create column r/id type:int,not_null:1\n"
     "create pk r/PRIMARY columns:[id]\n"
     "create table n\n"
     "create column n/up type:int\n"
     "create fk n/n_up columns:[up],ref:[r],ref_columns:[id]",
     "drop fk n/n_up",
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE) AND EXISTS (SELECT 1 FROM information_schema.TABLE_CONSTRAINTS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'n' AND CONSTRAINT_NAME = 'n_up'), 'ALTER TABLE `n` DROP FOREIGN KEY `n_up`,\n"
     "    DROP INDEX IF EXISTS `n_up`', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_SCRIPT,
     "create table n\n"
     "create column n/up type:int",
     "rename column n/up Up",
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE) AND NOT EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'n' AND BINARY COLUMN_NAME = 'Up'), 'ALTER TABLE `n` RENAME COLUMN `up` TO `Up`', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     ""},
    {"mysql 8.0.36", DUNLIN_RENDER_SCRIPT,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "create column t/n type:integer\n"
     "alter column t/a type:bigint\n"
     "rename column t/b c\n"
     "create index t/i keys:[[column:a]]\n"
     "drop table gone\n"
     "rename table t u\n"
     "create view v as select 'it''s'",
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE) AND NOT EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' AND COLUMN_NAME = 'n'), 'ALTER TABLE `t` ADD COLUMN `n` int', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE) AND EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' AND COLUMN_NAME = 'a'), 'ALTER TABLE `t` MODIFY COLUMN `a` bigint NOT NULL DEFAULT 5', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE) AND EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' AND COLUMN_NAME = 'b') AND NOT EXISTS (SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' AND COLUMN_NAME = 'c'), 'ALTER TABLE `t` RENAME COLUMN `b` TO `c`', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE) AND NOT EXISTS (SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' AND INDEX_NAME = 'i'), 'CREATE INDEX `i` ON `t` (`a`)', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE), 'DROP TABLE IF EXISTS `gone`', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE) AND EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't') AND NOT EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'u'), 'RENAME TABLE `t` TO `u`', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE), 'CREATE OR REPLACE VIEW `v` AS select ''it''''s''', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_SCRIPT,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "create index t/i keys:[[column:a]]\n"
     "create sequence s\n"
     "create trigger t/g as CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; END\n"
     "drop sequence s",
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE), 'CREATE INDEX IF NOT EXISTS `i` ON `t` (`a`)', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE), 'CREATE SEQUENCE IF NOT EXISTS `s` ENGINE = InnoDB', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE), 'DROP TRIGGER IF EXISTS `g`', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE), 'CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; END', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     "SET @dunlin = IF(COALESCE(@dunlin_wanted, TRUE), 'DROP SEQUENCE IF EXISTS `s`', 'DO 0');\n"
     "PREPARE dunlin FROM @dunlin;\n"
     "EXECUTE dunlin;\n"
     "DEALLOCATE PREPARE dunlin;\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "create table t collation:utf8mb4_bin\n"
     "create column t/a type:int,not_null:1,default:5\n"
     "create column t/b type:varchar(20),comment:x",
     "alter table t comment:new words\n"
     "alter column t/b comment:it's\n"
     "alter view v comment:x\n"
     "alter index t/i comment:y\n"
     "rename pk t/PRIMARY p",
     "note 1 on 2: the comment on 'v' is not kept\n"
     "note 1 on 3: the comment on 'i' is not kept\n"
     "note 3 on 4: a primary key has no name here\n"
     "ALTER TABLE `t` COMMENT = 'new words',\n"
     "    MODIFY COLUMN `b` varchar(20) COMMENT 'it''s';\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "",
     "create table t charset:latin1\n"
     "create column t/a native:INT(11) UNSIGNED\n"
     "create column t/b native:text\n"
     "create column t/c native:Timestamp(3)\n"
     "create column t/d native:datetime\n"
     "create column t/e native:DEC(5),charset:ascii\n"
     "create column t/f native:VARCHAR(20),collation:utf8mb4_bin",
     "CREATE TABLE `t` (\n"
     "    `a` int unsigned,\n"
     "    `b` TEXT,\n"
     "    `c` TIMESTAMP(3) NULL,\n"
     "    `d` datetime,\n"
     "    `e` decimal(5,0) CHARACTER SET ascii,\n"
     "    `f` varchar(20) COLLATE utf8mb4_bin\n"
     ") ENGINE = InnoDB DEFAULT CHARACTER SET latin1;\n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "",
     "create table t as select 1 as a\n"
     "drop matview m\n"
     "create extension x",
     "note 1 on 0: 't': columns made from a query are NOT NULL and have defaults here where those of the query are and have\n"
     "note 2 on 1: MariaDB has no materialized views: 'm'\n"
     "CREATE TABLE `t` ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin\n"
     "AS select 1 as a;\n"
     "refused: MariaDB has no materialized views: 'm'\n"
     "hint: \n"
     ""},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "create table t\n"
     "create view v definition:select 1,depends:[t]\n"
     "create view w definition:select 1,depends:[x]",
     "rename table t u",
     "note 1 on 0: view 'v' still says 't': make it again\n"
     "RENAME TABLE `t` TO `u`;\n"},
    {"mariadb 10.11.6", DUNLIN_RENDER_RUN,
     "create table t\n"
     "create view v definition:select u.a from t join o u,depends:[t]\n"
     "create view w definition:select x.a from o x,depends:[o]",
     "rename table t u",
     "note 1 on 0: view 'v' still says 't': make it again\n"
     "RENAME TABLE `t` TO `u`;\n"},
    {"mysql 8.0.36", DUNLIN_RENDER_RUN,
     "create table t\n"
     "create view v definition:select x.a from t x,depends:[t]",
     "rename table t u",
     "note 1 on 0: view 'v' still says 't': make it again\n"
     "RENAME TABLE `t` TO `u`;\n"},
