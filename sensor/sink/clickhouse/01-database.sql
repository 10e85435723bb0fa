-- SPDX-License-Identifier: Apache-2.0
-- On every shard: the database that all of ours is in.
CREATE DATABASE IF NOT EXISTS dancecard
