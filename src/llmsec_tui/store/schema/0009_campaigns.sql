-- Which campaign an alert belongs to, and what later payloads are compared with; see detect/campaigns.
ALTER TABLE alerts ADD COLUMN campaign_id VARCHAR;
ALTER TABLE alerts ADD COLUMN variant_id VARCHAR;
ALTER TABLE alerts ADD COLUMN sketch BLOB;
ALTER TABLE alerts ADD COLUMN gist VARCHAR;
