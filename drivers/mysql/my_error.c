/* SPDX-License-Identifier: MIT
 *
 * Errors -> classes, by errno: MySQL's SQLSTATE is HY000 or 42000 most of the time. The numbers
 * are those of both servers; where they mean different things it is said.
 */
#include "drivers/mysql/my_driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    unsigned error;
    int32_t status;
} classes[] = {
    /* exists */
    {1005, DUNLIN_FAILED}, /* can't create table: the inner errno is looked at below */
    {1007, DUNLIN_EXISTS},
    {1022, DUNLIN_EXISTS}, /* 5.6: name of a foreign key */
    {1050, DUNLIN_EXISTS},
    {1060, DUNLIN_EXISTS},
    {1061, DUNLIN_EXISTS},
    {1068, DUNLIN_EXISTS},
    {1304, DUNLIN_EXISTS},
    {1359, DUNLIN_EXISTS},
    {1396, DUNLIN_EXISTS},
    {1537, DUNLIN_EXISTS},
    {1826, DUNLIN_EXISTS},
    {3822, DUNLIN_EXISTS},
    /* missing */
    {1008, DUNLIN_MISSING},
    {1046, DUNLIN_MISSING},
    {1049, DUNLIN_MISSING},
    {1051, DUNLIN_MISSING},
    {1054, DUNLIN_MISSING},
    {1072, DUNLIN_MISSING},
    {1091, DUNLIN_MISSING},
    {1109, DUNLIN_MISSING},
    {1146, DUNLIN_MISSING},
    {1147, DUNLIN_MISSING},
    {1176, DUNLIN_MISSING},
    {1305, DUNLIN_MISSING},
    {1360, DUNLIN_MISSING},
    {1539, DUNLIN_MISSING},
    {1824, DUNLIN_MISSING},
    {3821, DUNLIN_MISSING},
    {3940, DUNLIN_MISSING},
    {4091, DUNLIN_MISSING}, /* MariaDB: sequence; MySQL has no such errno */
    {4092, DUNLIN_MISSING}, /* MariaDB: view */
    /* syntax */
    {1064, DUNLIN_SYNTAX},
    {1149, DUNLIN_SYNTAX},
    /* privileges */
    {1044, DUNLIN_PERMISSION},
    {1095, DUNLIN_PERMISSION},
    {1142, DUNLIN_PERMISSION},
    {1143, DUNLIN_PERMISSION},
    {1227, DUNLIN_PERMISSION},
    {1370, DUNLIN_PERMISSION},
    {1419, DUNLIN_PERMISSION}, /* binary logging and no SUPER */
    {1045, DUNLIN_AUTH},
    {1130, DUNLIN_AUTH},
    {1251, DUNLIN_AUTH},
    {1698, DUNLIN_AUTH},
    {1820, DUNLIN_AUTH},
    {1862, DUNLIN_AUTH},
    {2059, DUNLIN_AUTH},
    {3118, DUNLIN_AUTH},
    {3159, DUNLIN_AUTH}, /* the server insists on TLS */
    /* locks */
    {1205, DUNLIN_LOCKED},
    {1213, DUNLIN_LOCKED},
    {3572, DUNLIN_LOCKED},
    {1020, DUNLIN_LOCKED}, /* MariaDB: the row changed behind a snapshot */
    /* constraints */
    {1048, DUNLIN_CONSTRAINT},
    {1062, DUNLIN_CONSTRAINT},
    {1215, DUNLIN_CONSTRAINT},
    {1216, DUNLIN_CONSTRAINT},
    {1217, DUNLIN_CONSTRAINT},
    {1364, DUNLIN_CONSTRAINT},
    {1451, DUNLIN_CONSTRAINT},
    {1452, DUNLIN_CONSTRAINT},
    {1557, DUNLIN_CONSTRAINT},
    {1586, DUNLIN_CONSTRAINT},
    {1761, DUNLIN_CONSTRAINT},
    {1762, DUNLIN_CONSTRAINT},
    {1829, DUNLIN_CONSTRAINT},
    {3730, DUNLIN_CONSTRAINT},
    {3819, DUNLIN_CONSTRAINT},
    {4025, DUNLIN_CONSTRAINT}, /* MariaDB: CHECK */
    /* room */
    {1021, DUNLIN_DISK_FULL},
    {1114, DUNLIN_DISK_FULL},
    {3019, DUNLIN_DISK_FULL},
    {1037, DUNLIN_NO_MEMORY},
    {1038, DUNLIN_NO_MEMORY},
    {1041, DUNLIN_NO_MEMORY},
    {2008, DUNLIN_NO_MEMORY},
    /* read-only */
    {1036, DUNLIN_READ_ONLY},
    {1290, DUNLIN_READ_ONLY}, /* also of other options: looked at below */
    {1792, DUNLIN_READ_ONLY},
    {1836, DUNLIN_READ_ONLY},
    {3989, DUNLIN_READ_ONLY},
    /* connecting */
    {1040, DUNLIN_CONNECT},
    {1129, DUNLIN_CONNECT},
    {1203, DUNLIN_CONNECT},
    {1226, DUNLIN_CONNECT},
    {2001, DUNLIN_CONNECT},
    {2002, DUNLIN_CONNECT},
    {2003, DUNLIN_CONNECT},
    {2004, DUNLIN_CONNECT},
    {2005, DUNLIN_CONNECT},
    {2012, DUNLIN_CONNECT},
    {2026, DUNLIN_CONNECT},
    /* lost */
    {1053, DUNLIN_LOST},
    {1152, DUNLIN_LOST},
    {1158, DUNLIN_LOST},
    {1159, DUNLIN_LOST},
    {1160, DUNLIN_LOST},
    {1161, DUNLIN_LOST},
    {1927, DUNLIN_LOST}, /* MariaDB: the connection was killed */
    {2006, DUNLIN_LOST},
    {2013, DUNLIN_LOST},
    {2027, DUNLIN_LOST},
    {2055, DUNLIN_LOST},
    {5013, DUNLIN_LOST}, /* MariaDB's library: cannot read, cannot write */
    {5014, DUNLIN_LOST},
    {5015, DUNLIN_LOST},
    {3169, DUNLIN_LOST}, /* MySQL: the session was killed */
    {4031, DUNLIN_LOST}, /* MySQL: idle for too long */
    /* stopped */
    {1317, DUNLIN_CANCELLED},
    {1969, DUNLIN_CANCELLED}, /* MariaDB: max_statement_time */
    {3024, DUNLIN_CANCELLED}, /* MySQL: max_execution_time */
    {1028, DUNLIN_CANCELLED}, /* sort aborted */
    /* damage */
    {1034, DUNLIN_CORRUPT},
    {1035, DUNLIN_CORRUPT},
    {1194, DUNLIN_CORRUPT},
    {1195, DUNLIN_CORRUPT},
    {1712, DUNLIN_CORRUPT},
    {1932, DUNLIN_CORRUPT},
    /* what this server has not */
    {1235, DUNLIN_UNSUPPORTED},
    {1286, DUNLIN_UNSUPPORTED},
    {1112, DUNLIN_UNSUPPORTED},
};

int32_t
dn_mysql_class(unsigned error)
{
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (classes[i].error == error)
            return classes[i].status;
    return DUNLIN_FAILED;
}

/* The client library's numbers (2000 and, of MariaDB's, 5000): on a connection that was made they
 * mean its end, be it called a TLS error (2026) or one of connecting. */
bool
dn_mysql_is_lost(unsigned error)
{
    int32_t status = dn_mysql_class(error);
    bool client = (error >= 2000 && error < 3000) || (error >= 5000 && error < 6000);

    return status == DUNLIN_LOST || (status == DUNLIN_CONNECT && client);
}

/* Some numbers stand for several things. */
static int32_t
class_by_message(unsigned error, const char *message)
{
    if (error == 1005 && strstr(message, "errno: 121") != NULL)
        return DUNLIN_EXISTS;
    if (error == 1005 && strstr(message, "errno: 150") != NULL)
        return DUNLIN_CONSTRAINT;
    if (error == 1005 && strstr(message, "errno: 28") != NULL)
        return DUNLIN_DISK_FULL;
    if (error == 1290 && strstr(message, "read-only") == NULL &&
        strstr(message, "read_only") == NULL)
        return DUNLIN_FAILED;
    if ((error == 1030 || error == 3) && strstr(message, " 28 ") != NULL)
        return DUNLIN_DISK_FULL;
    return dn_mysql_class(error);
}

/* --- the object -------------------------------------------------------------------------------------- */
/* Which quoted part of the message names it, from 1; 0: the last one. */
static const struct {
    unsigned error;
    unsigned part;
} object_parts[] = {
    {1007, 1}, {1008, 1}, {1048, 1}, {1049, 1}, {1050, 1}, {1051, 1}, {1054, 1}, {1060, 1},
    {1061, 1}, {1062, 0}, {1072, 1}, {1091, 1}, {1146, 1}, {1176, 1}, {1364, 1}, {1406, 1},
    {1826, 1}, {1360, 1}, {1359, 1}, {3819, 1}, {3822, 1}, {4091, 1}, {4092, 1},
};

/* The first quote that opens: not the one of "Can't". */
static const char *
find_open(const char *text, const char *message)
{
    for (; *text != '\0'; text++)
        if (*text == '`' || (*text == '\'' && (text == message || text[-1] < 'A')))
            return text;
    return NULL;
}

static dunlin_string
quoted_part(const char *message, unsigned wanted)
{
    dunlin_string part = {"", 0};
    const char *open = find_open(message, message);

    for (unsigned number = 1; open != NULL; number++) {
        const char *close = strchr(open + 1, *open);

        if (close == NULL)
            break;
        part = (dunlin_string){open + 1, (uint64_t)(close - open - 1)};
        if (number == wanted)
            return part;
        open = find_open(close + 1, message);
    }
    return wanted == 0 ? part : (dunlin_string){"", 0};
}

static dunlin_string
object_of(unsigned error, const char *message)
{
    for (size_t i = 0; i < sizeof(object_parts) / sizeof(object_parts[0]); i++)
        if (object_parts[i].error == error)
            return quoted_part(message, object_parts[i].part);
    return (dunlin_string){"", 0};
}

/* --- hints ------------------------------------------------------------------------------------------- */
/* "DROP command denied to user 'a'@'b' for table `d`.`t`": b is where we come from, and the
 * account to GRANT to is another thing. */
static void
add_statement_grant(const dunlin_connection *connection, const char *message, dn_kit_text *hint)
{
    const char *denied = strstr(message, " command denied to user ");
    const char *account = connection != NULL ? connection->facts.account : NULL;
    const char *at = account != NULL ? strrchr(account, '@') : NULL;

    if (denied == NULL || at == NULL)
        return;
    dn_kit_text_format(hint, "GRANT %.*s ON ", (int)(denied - message), message);
    dn_kit_text_quote(hint, '`', dn_kit_string(connection->facts.database));
    dn_kit_text_format(hint, ".* TO '%.*s'@'%s'", (int)(at - account), account, at + 1);
}

/* "Access denied for user 'a'@'b' to database 'd'": here b is the account's. */
static void
add_database_grant(const char *message, dn_kit_text *hint)
{
    dunlin_string user = quoted_part(message, 1);
    dunlin_string from = quoted_part(message, 2);
    dunlin_string database = quoted_part(message, 3);

    if (database.length == 0)
        return;
    dn_kit_text_add(hint, "GRANT ALL PRIVILEGES ON ");
    dn_kit_text_quote(hint, '`', database);
    dn_kit_text_format(hint, ".* TO '%.*s'@'%.*s'", (int)user.length, user.data, (int)from.length,
                       from.data);
}

static const struct {
    unsigned error;
    const char *hint;
} hints[] = {
    {1040, "wait for a connection to be closed, or raise max_connections on the server"},
    {1045, "check user and password of the URL"},
    {1049, "create it first: CREATE DATABASE ... CHARACTER SET utf8mb4"},
    {1153, "raise max_allowed_packet on the server, or cut the statement into several"},
    {1290, "use the URL of the primary server"},
    {1419, "GRANT SUPER, or set log_bin_trust_function_creators=1 on the server"},
    {1698, "this user logs in over the socket as the system user of the same name"},
    {1836, "use the URL of the primary server"},
};

static void
add_hint(const dunlin_connection *connection, unsigned error, const char *message,
         dn_kit_text *hint)
{
    if (error == 1142)
        add_statement_grant(connection, message, hint);
    if (error == 1044)
        add_database_grant(message, hint);
    for (size_t i = 0; hint->length == 0 && i < sizeof(hints) / sizeof(hints[0]); i++)
        if (hints[i].error == error)
            dn_kit_text_add(hint, hints[i].hint);
}

/* --- reporting ---------------------------------------------------------------------------------------- */
typedef struct report {
    const dunlin_call *call;
    const dunlin_connection *connection; /* or NULL */
    const char *what;                    /* put in front, or NULL */
    int32_t status;                      /* 0: by errno */
    int64_t offset;
} report;

static void
write_message(const report *told, unsigned error, const char *message, dn_kit_text *text)
{
    const char *why = told->connection != NULL ? told->connection->stopped_why : NULL;

    if (told->what != NULL)
        dn_kit_text_format(text, "%s: ", told->what);
    if (why != NULL && (error == 1317 || error == 1028))
        dn_kit_text_add(text, why);
    else if (why != NULL && dn_mysql_is_lost(error))
        dn_kit_text_format(text, "%s, and the server did not answer", why);
    else
        dn_kit_text_add(text, message);
}

static int32_t
send_report(const report *told, MYSQL *mysql)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text text = {0};
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text hint = {0};
    DN_KIT_CLEANUP(dn_kit_free) char *message = strdup(mysql_error(mysql));
    unsigned error = mysql_errno(mysql);
    dunlin_failure failure = {
        .size = sizeof(failure),
        .native_code = (int32_t)error,
        .offset = told->offset,
        .inner_offset = -1,
    };

    if (message == NULL)
        return dn_kit_no_memory(told->call);
    failure.status = told->status != 0 ? told->status : class_by_message(error, message);
    if (told->connection != NULL && dn_mysql_is_lost(error))
        failure.status = DUNLIN_LOST;
    snprintf(failure.sqlstate, sizeof(failure.sqlstate), "%s", mysql_sqlstate(mysql));
    failure.object = object_of(error, message);
    write_message(told, error, message, &text);
    add_hint(told->connection, error, message, &hint);
    if (text.failed || hint.failed)
        return dn_kit_no_memory(told->call);
    failure.message = dn_kit_text_string(&text);
    failure.hint = dn_kit_text_string(&hint);
    return told->call->host->fail(told->call, &failure);
}

int32_t
dn_mysql_fail(dunlin_connection *connection, const char *what)
{
    report told = {.call = connection->call, .connection = connection, .what = what, .offset = -1};

    return send_report(&told, connection->mysql);
}

int32_t
dn_mysql_fail_statement(dunlin_connection *connection, dunlin_string sql)
{
    report told = {.call = connection->call, .connection = connection, .offset = -1};

    if (dn_mysql_class(mysql_errno(connection->mysql)) == DUNLIN_SYNTAX)
        told.offset = dn_mysql_error_offset(sql, mysql_error(connection->mysql));
    return send_report(&told, connection->mysql);
}

int32_t
dn_mysql_fail_connect(const dunlin_call *call, MYSQL *mysql, const dn_mysql_address *address)
{
    DN_KIT_CLEANUP(dn_kit_text_free) dn_kit_text what = {0};
    report told = {.call = call, .offset = -1};
    int32_t status = dn_mysql_class(mysql_errno(mysql));

    dn_kit_text_add(&what, "cannot connect to '");
    dn_mysql_address_name(address, &what);
    dn_kit_text_add(&what, "'");
    if (what.failed)
        return dn_kit_no_memory(call);
    told.what = what.data;
    /* Nothing was asked of the server yet: an end of the connection leaves nothing in doubt. */
    if (status == DUNLIN_LOST || status == DUNLIN_FAILED)
        told.status = DUNLIN_CONNECT;
    return send_report(&told, mysql);
}
