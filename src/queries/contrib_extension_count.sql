-- what: how many extensions of PostgreSQL's contrib collection can be installed here
-- since: 90400
-- privilege: none
-- columns: available
-- names: none
SELECT count(*) AS available
FROM pg_available_extensions
WHERE name IN ('amcheck', 'bloom', 'btree_gin', 'btree_gist', 'citext', 'cube', 'dblink', 'dict_int', 'dict_xsyn',
               'earthdistance', 'file_fdw', 'fuzzystrmatch', 'hstore', 'intarray', 'isn', 'lo', 'ltree', 'pageinspect',
               'pg_buffercache', 'pg_freespacemap', 'pg_prewarm', 'pg_stat_statements', 'pg_trgm', 'pgcrypto',
               'pgrowlocks', 'pgstattuple', 'postgres_fdw', 'seg', 'sslinfo', 'tablefunc', 'tcn', 'tsm_system_rows',
               'tsm_system_time', 'unaccent')
