-- what: functions of users whose text reads or writes files of the server or runs a program there, only what matched
-- since: 140000
-- privilege: none
-- columns: name, language, calls, total
-- names: name (text), calls (text)
SELECT f.name, f.language, f.calls, count(*) OVER () AS total
FROM (SELECT p.oid::regprocedure::text AS name,
             l.lanname AS language,
             ARRAY(SELECT DISTINCT lower(m[1])
                   FROM regexp_matches(b.body, '\m(pg_(?:read_file|read_binary_file|ls_dir|stat_file|file_read|file_write|file_sync|file_rename|file_unlink|logdir_ls|ls_[a-z]+dir)|lo_import|lo_export)\s*\(', 'gi') m
                   UNION ALL
                   SELECT 'copy program' WHERE b.body ~* '\mcopy\s+["(%\w][^\x3b]*\m(from|to)\s+program\M'
                   UNION ALL
                   SELECT 'copy file' WHERE b.body ~* '\mcopy\s+["(%\w][^\x3b]*\m(from|to)\s+(e?''|%L)'
                   ORDER BY 1) AS calls
      FROM pg_proc p
      JOIN pg_language l ON l.oid = p.prolang,
           -- OFFSET 0 makes the planner remove comments once, not for each match below.
           LATERAL (SELECT regexp_replace(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), '/[*]([^*]|[*]+[^*/])*[*]+/|--[^\n]*', ' ', 'g') AS body OFFSET 0) b
      WHERE l.lanname NOT IN ('c', 'internal')
        AND coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) ~* 'pg_(read|ls|stat|file|logdir)_|lo_(im|ex)port|\mcopy\M'
        AND is_user_object('pg_proc', p.oid, p.pronamespace)) f
WHERE f.calls <> '{}'
ORDER BY f.name
LIMIT 200
