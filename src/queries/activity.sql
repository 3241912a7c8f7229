-- what: client sessions at this moment without our own, and pages and transactions since the statistics began
-- since: 90400
-- privilege: none
-- columns: connections, seconds, blocks_read, blocks_written, transactions
-- names: none
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE datid IS NOT NULL AND usesysid IS NOT NULL
          AND coalesce(application_name, '') <> 'flexready') AS connections,
       -- Since 15, stats_reset is null for a database that was never reset.
       -- Its statistics are as old as those of the server.
       floor(extract(epoch FROM now() - coalesce(max(d.stats_reset), min(s.began))))::bigint AS seconds,
       sum(d.blks_read)::bigint AS blocks_read,
       min(s.written)::bigint AS blocks_written,
       sum(d.xact_commit + d.xact_rollback)::bigint AS transactions
FROM pg_stat_database d,
     (SELECT b.buffers_checkpoint + b.buffers_clean + b.buffers_backend AS written,
             least(b.stats_reset, a.stats_reset) AS began
      FROM pg_stat_bgwriter b, pg_stat_archiver a) s
