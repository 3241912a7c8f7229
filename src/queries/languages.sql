-- what: procedural languages other than SQL and PL/pgSQL, the extension that brought each, and the functions of users in it
-- since: 90400
-- privilege: none
-- columns: name, extension, functions, first_function
-- names: first_function (text)
SELECT l.lanname AS name,
       (SELECT e.extname FROM pg_depend m
        JOIN pg_extension e ON e.oid = m.refobjid
        WHERE m.classid = 'pg_language'::regclass AND m.objid = l.oid
          AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e') AS extension,
       (SELECT count(*) FROM pg_proc p
        WHERE p.prolang = l.oid AND is_user_object('pg_proc', p.oid, p.pronamespace)) AS functions,
       (SELECT min(p.oid::regprocedure::text) FROM pg_proc p
        WHERE p.prolang = l.oid AND is_user_object('pg_proc', p.oid, p.pronamespace)) AS first_function
FROM pg_language l
WHERE l.lanname NOT IN ('internal', 'c', 'sql', 'plpgsql')
ORDER BY l.lanname
