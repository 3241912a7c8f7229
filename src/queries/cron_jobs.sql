-- what: the active jobs of pg_cron, without their commands (no row where pg_cron is not installed)
-- since: 90500
-- privilege: USAGE on schema cron and SELECT on cron.job, and SUPERUSER or BYPASSRLS to see the jobs of other roles
-- columns: is_filtered, jobs
-- names: jobs.name (text), jobs.database (text)
SELECT row_security_active('cron.job') AS is_filtered,
       -- A query on cron.job fails if the table does not exist. The query is therefore a string that only runs if
       -- pg_cron is installed.
       -- Hexadecimal, because XML escapes some characters.
       convert_from(decode(substring(query_to_xml($jobs$
         SELECT encode(convert_to(json_agg(j)::text, getdatabaseencoding()), 'hex') AS hex
         FROM (SELECT t.jobid AS id, to_json(t) ->> 'jobname' AS name, t.schedule, t.database,
                      t.command ~* 'run_maintenance' AS maintains_partitions, count(*) OVER () AS total
               FROM cron.job t
               WHERE coalesce((to_json(t) ->> 'active')::boolean, true)
               ORDER BY t.jobid
               LIMIT 200) j
       $jobs$, false, true, '')::text FROM '<hex>([0-9a-f]*)</hex>'), 'hex'), getdatabaseencoding())::json AS jobs
FROM pg_extension e
WHERE e.extname = 'pg_cron'
