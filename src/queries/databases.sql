-- what: every database, its owner, and whether the migration user has the owner's rights
-- since: 90400
-- privilege: none
-- columns: name, owner, is_template, allows_connections, connection_limit, encoding, collation, user_has_owner
-- names: name, owner
SELECT d.datname AS name,
       pg_get_userbyid(d.datdba) AS owner,
       d.datistemplate AS is_template,
       d.datallowconn AS allows_connections,
       d.datconnlimit AS connection_limit,
       pg_encoding_to_char(d.encoding) AS encoding,
       d.datcollate AS collation,
       (SELECT pg_has_role(u.oid, d.datdba, 'USAGE')
        FROM pg_roles u WHERE u.rolname = current_setting('flexready.migration_user')) AS user_has_owner
FROM pg_database d
ORDER BY d.datname
