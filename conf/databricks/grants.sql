-- What Unity Catalog has to grant, and no more. The job runs as a service principal, analysts are a group; the
-- external locations are those of the folders that the bundle's variables name. Run it once as their owner, with
-- the names put in:  :catalog  :schema  :job (principal)  :analysts (group).

-- The job reads its input and recordings,
GRANT READ FILES ON EXTERNAL LOCATION engagement_telemetry TO `:job`;
GRANT READ FILES ON EXTERNAL LOCATION engagement_exports TO `:job`;
GRANT READ FILES ON EXTERNAL LOCATION engagement_recordings TO `:job`;
-- and keeps the tables, the fitted models and the report.
GRANT READ FILES, WRITE FILES, CREATE EXTERNAL TABLE ON EXTERNAL LOCATION engagement_warehouse TO `:job`;
GRANT USE CATALOG ON CATALOG :catalog TO `:job`;
GRANT USE SCHEMA, CREATE TABLE, SELECT, MODIFY ON SCHEMA :catalog.:schema TO `:job`;

-- Analysts read tables by name, never files: no grant on an external location.
GRANT USE CATALOG ON CATALOG :catalog TO `:analysts`;
GRANT USE SCHEMA, SELECT ON SCHEMA :catalog.:schema TO `:analysts`;
