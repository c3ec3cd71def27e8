-- What is said to try a model out is attacked on purpose; alerts of such an environment open no incidents.
ALTER TABLE alerts ADD COLUMN environment VARCHAR;
