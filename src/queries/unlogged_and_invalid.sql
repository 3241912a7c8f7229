-- what: tables that are not logged, and indexes that are not valid, each kind with its count
-- since: 90500
-- privilege: none
-- columns: problem, object, table_name, is_unique, total
-- names: object (text), table_name (text)
SELECT r.problem, r.object, r.table_name, r.is_unique, r.total
FROM (SELECT f.problem, o.identity AS object, t.identity AS table_name, f.is_unique,
             count(*) OVER (PARTITION BY f.problem) AS total,
             row_number() OVER (PARTITION BY f.problem ORDER BY o.identity) AS place
      FROM (SELECT 'unlogged' AS problem, c.oid, c.oid AS table_oid, NULL::boolean AS is_unique
            FROM pg_class c
            WHERE c.relpersistence = 'u' AND c.relkind = 'r' AND is_user_object('pg_class', c.oid, c.relnamespace)
            UNION ALL
            -- Indexes on partitioned tables (relkind I) are not included. They are invalid until every partition has
            -- the index, and they are copied.
            SELECT 'invalid-index', x.oid, c.oid, i.indisunique
            FROM pg_index i
            JOIN pg_class x ON x.oid = i.indexrelid AND x.relkind = 'i'
            JOIN pg_class c ON c.oid = i.indrelid
            WHERE NOT i.indisvalid AND is_user_object('pg_class', c.oid, c.relnamespace)) f,
           LATERAL pg_identify_object('pg_class'::regclass, f.oid, 0) o,
           LATERAL pg_identify_object('pg_class'::regclass, f.table_oid, 0) t) r
WHERE r.place <= 200
ORDER BY r.problem, r.object
