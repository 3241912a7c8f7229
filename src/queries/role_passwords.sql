-- what: the kind of each role's password, never the password or its hash
-- since: 90400
-- privilege: SUPERUSER, as only such a role may read pg_authid
-- columns: role, kind
-- names: role
SELECT rolname AS role,
       CASE WHEN rolpassword IS NULL THEN 'none'
            WHEN rolpassword LIKE 'SCRAM-SHA-256$%' THEN 'scram-sha-256'
            WHEN rolpassword ~ '^md5[0-9a-f]{32}$' THEN 'md5'
            ELSE 'plain' END AS kind
FROM pg_authid
WHERE rolcanlogin
ORDER BY rolname
