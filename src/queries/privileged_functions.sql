-- what: functions of users with a property that only a superuser may give: LEAKPROOF, SUPPORT, SET of such a parameter
-- since: 90400
-- privilege: none
-- columns: name, is_leakproof, support, parameters, total
-- names: name (text), support (text)
SELECT f.name, f.is_leakproof, f.support, f.parameters, count(*) OVER () AS total
FROM (SELECT p.oid::regprocedure::text AS name,
             p.proleakproof AS is_leakproof,
             NULL::text AS support,
             ARRAY(SELECT lower(split_part(s, '=', 1)) FROM unnest(p.proconfig) s
                   WHERE lower(split_part(s, '=', 1)) IN (
                           SELECT lower(g.name) FROM pg_settings g WHERE g.context = 'superuser'
                           -- An ordinary role cannot see these in pg_settings.
                           UNION ALL VALUES ('session_preload_libraries'), ('dynamic_library_path'))
                   ORDER BY 1) AS parameters
      FROM pg_proc p
      JOIN pg_language l ON l.oid = p.prolang
      WHERE l.lanname NOT IN ('c', 'internal')
        AND (p.proleakproof OR p.proconfig IS NOT NULL)
        AND is_user_object('pg_proc', p.oid, p.pronamespace)) f
WHERE f.is_leakproof OR f.support IS NOT NULL OR f.parameters <> '{}'
ORDER BY f.name
LIMIT 200
