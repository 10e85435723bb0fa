// SPDX-License-Identifier: Apache-2.0
// today.js DANCECARD: the SQL of sensor/sink/clickhouse in today's engine, in-process (npm's chdb, 543 MB: by hand, not in CI).
// In an empty folder: npm i chdb && NODE_PATH=node_modules node …/tests/sinks/today.js …/build/release/dancecard
// There is no cluster in it: `events` is a view of `events_local` instead of the Distributed table.
const { execFileSync } = require("child_process");
const { mkdtempSync, readdirSync, readFileSync, writeFileSync } = require("fs");
const { tmpdir } = require("os");
const { join } = require("path");
const { Session } = require("chdb");

const root = join(__dirname, "..", "..");
const folder = join(root, "sensor", "sink", "clickhouse");
const events = execFileSync(process.argv[2], ["-q", "-r", join(root, "pcaps")], { maxBuffer: 1 << 28 }).toString().trim().split("\n");
const work = mkdtempSync(join(tmpdir(), "today-"));
const session = new Session(join(work, "data"));
console.log("engine", session.query("SELECT version()", "TSV").trim());

for (const name of readdirSync(folder).filter((f) => f.endsWith(".sql")).sort()) {
  const isCluster = name.startsWith("03");
  session.query(isCluster ? "CREATE VIEW dancecard.events AS SELECT * FROM dancecard.events_local" : readFileSync(join(folder, name), "utf8"));
  console.log(isCluster ? "instead of" : "taken", name);
}
const rows = events.map((line) => {
  const event = JSON.parse(line);
  return JSON.stringify({ event_id: event.event_id, time_us: Math.round(Date.parse(event.timestamp.replace("+0000", "Z"))) * 1000, event: line });
});
writeFileSync(join(work, "rows.jsonl"), rows.join("\n"));
for (let again = 0; again < 2; again++)
  session.query(`INSERT INTO dancecard.events_local (event_id, time_us, event) SELECT * FROM file('${join(work, "rows.jsonl")}', JSONEachRow, 'event_id String, time_us UInt64, event String')`);

const expected = new Set(events.filter((line) => line.includes('"event_type":"contact"')).map((line) => JSON.parse(line).event_id)).size;
const found = Number(session.query("SELECT uniqExact(event_id) FROM dancecard.events WHERE event_type = 'contact'", "TSV"));
const views = session.query("SELECT name FROM system.tables WHERE database = 'dancecard' AND engine = 'View' AND name != 'events'", "TSV").trim().split("\n");
for (const view of views) console.log("view", view, session.query(`SELECT count() FROM dancecard.${view}`, "TSV").trim(), "rows");
console.log(`sent twice: ${expected} contacts, ${found} in the store`);
session.close();
process.exit(found === expected ? 0 : 1);
