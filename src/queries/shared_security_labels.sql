-- what: roles, databases and tablespaces with security labels, never the labels
-- since: 90500
-- privilege: none
-- columns: object_kind, object, provider, total
-- names: object (text)
SELECT o.type AS object_kind, coalesce(r.rolname, d.datname, t.spcname)::text AS object, s.provider, count(*) OVER () AS total
FROM pg_shseclabel s
CROSS JOIN LATERAL pg_identify_object(s.classoid, s.objoid, 0) o
LEFT JOIN pg_roles r ON s.classoid = 'pg_authid'::regclass AND r.oid = s.objoid
LEFT JOIN pg_database d ON s.classoid = 'pg_database'::regclass AND d.oid = s.objoid
LEFT JOIN pg_tablespace t ON s.classoid = 'pg_tablespace'::regclass AND t.oid = s.objoid
ORDER BY o.type, 2, s.provider
LIMIT 200
