-- Tables that the sinks of this folder write, and views that make them readable. Run it once, before the sinks start:
--   psql "$POSTGRES_URL" -f tables.sql

-- One row per record, by its place in Kafka: a record that is delivered twice replaces itself.
CREATE TABLE IF NOT EXISTS processed_login_records (
  __connect_topic     text    NOT NULL,
  __connect_partition integer NOT NULL,
  __connect_offset    bigint  NOT NULL,
  -- The record's value as it is: JSON, or a schema registry's frame of five bytes and JSON.
  value               bytea   NOT NULL,
  PRIMARY KEY (__connect_topic, __connect_partition, __connect_offset)
);

CREATE TABLE IF NOT EXISTS dead_letters (
  __connect_topic     text    NOT NULL,
  __connect_partition integer NOT NULL,
  __connect_offset    bigint  NOT NULL,
  -- Untouched, whatever it is; null for a tombstone.
  value               bytea,
  reason              text,
  stage               text,
  source_topic        text,
  source_partition    text,
  source_offset       text,
  source_timestamp    text,
  failed_at           text,
  service             text,
  PRIMARY KEY (__connect_topic, __connect_partition, __connect_offset)
);

-- One row per count of one partition (docs/compaction.md): an insight is the sum over the partitions.
CREATE TABLE IF NOT EXISTS insight_counts (
  -- The record's key: partition, insight and value.
  name          text    PRIMARY KEY,
  partition     integer NOT NULL,
  insight       text    NOT NULL,
  value         text    NOT NULL,
  logins        bigint  NOT NULL,
  first_seen_ms bigint,
  last_seen_ms  bigint,
  -- The partition's records below it are contained.
  next_offset   bigint  NOT NULL
);

-- A process that lost its partition without knowing may still write an older count: the newer one stays.
CREATE OR REPLACE FUNCTION keep_newest_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN CASE WHEN NEW.next_offset < OLD.next_offset THEN NULL ELSE NEW END;
END
$$;
CREATE OR REPLACE TRIGGER keep_newest_count BEFORE UPDATE ON insight_counts
FOR EACH ROW EXECUTE FUNCTION keep_newest_count();

CREATE OR REPLACE VIEW insights AS
SELECT
  insight,
  value,
  sum(logins)::bigint                         AS logins,
  to_timestamp(min(first_seen_ms) / 1000.0)   AS first_seen_at,
  to_timestamp(max(last_seen_ms) / 1000.0)    AS last_seen_at
FROM insight_counts
GROUP BY insight, value;

CREATE OR REPLACE VIEW processed_logins AS
SELECT
  __connect_topic     AS topic,
  __connect_partition AS partition,
  __connect_offset    AS "offset",
  text,
  (json ->> 'user_id')::uuid  AS user_id,
  json ->> 'app_version'      AS app_version,
  json ->> 'device_type'      AS device_type,
  (json ->> 'ip')::inet       AS ip,
  json ->> 'locale'           AS locale,
  -- Seconds below 1e11, milliseconds from there on, a number or its digits (docs/records.md).
  to_timestamp(CASE WHEN time < 1e11 THEN time ELSE time / 1000 END) AS logged_in_at
FROM processed_login_records
CROSS JOIN LATERAL (
  SELECT convert_from(
    CASE WHEN get_byte(value, 0) = 0 THEN substring(value FROM 6) ELSE value END, 'UTF8'
  ) AS text
) AS decoded
-- Not jsonb: it refuses \u0000 in a member, which JSON allows.
CROSS JOIN LATERAL (SELECT text::json AS json) AS parsed
CROSS JOIN LATERAL (SELECT (json ->> 'timestamp')::numeric AS time) AS timed;

-- Counts over the rows, where the rows are kept anyway; the aggregator's own are in insight_counts.
CREATE OR REPLACE VIEW logins_by_device_type AS
SELECT lower(device_type) AS device_type, count(*) AS logins FROM processed_logins GROUP BY 1;
CREATE OR REPLACE VIEW logins_by_app_version AS
SELECT app_version, count(*) AS logins FROM processed_logins GROUP BY 1;
CREATE OR REPLACE VIEW logins_by_locale AS
SELECT locale, count(*) AS logins FROM processed_logins GROUP BY 1;
CREATE OR REPLACE VIEW logins_by_minute AS
SELECT date_trunc('minute', logged_in_at, 'UTC') AS minute, count(*) AS logins FROM processed_logins GROUP BY 1;
