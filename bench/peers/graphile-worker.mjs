// graphile-worker: three chained jobs per run with their results in a table; "latency" measures add to start at 100 jobs/s.
import { run, makeWorkerUtils } from "graphile-worker";
import pg from "pg";
const [runs, concurrency] = [Number(process.env.RUNS), Number(process.env.CONCURRENCY)];
const connectionString = process.env.PG_URL;
const utils = await makeWorkerUtils({ connectionString });
await utils.migrate();
const pool = new pg.Pool({ connectionString, max: 10 });
await pool.query("CREATE TABLE IF NOT EXISTS results (run int, step int, result jsonb, PRIMARY KEY (run, step))");
let done = 0, finish;
const ended = new Promise((resolve) => (finish = resolve));
const latencies = [];
const runner = await run({
  connectionString, concurrency, noHandleSignals: true, pollInterval: 2000, maxPoolSize: 12,
  logger: new (await import("graphile-worker")).Logger(() => (level, message) => { if (level === "error") console.error(message); }),
  taskList: {
    step: async ({ run, step }, helpers) => {
      await pool.query("INSERT INTO results VALUES ($1, $2, '{}')", [run, step]);
      if (step < 3) await helpers.addJob("step", { run, step: step + 1 });
      else if (++done === runs) finish();
    },
    ping: async ({ at }) => { latencies.push(performance.now() - at); },
  },
});
const started = performance.now();
for (let i = 0; i < runs; i += 200) {
  await utils.withPgClient((client) => client.query(
    "SELECT graphile_worker.add_job('step', json_build_object('run', n, 'step', 1)) FROM generate_series($1::int, $2::int) n", [i, Math.min(i + 199, runs - 1)]));
}
await ended;
console.log(JSON.stringify({ peer: "graphile-worker", what: "chain", runs, perSecond: Math.round(runs / ((performance.now() - started) / 1000)) }));
const pings = Number(process.env.PINGS ?? 500);
for (let i = 0; i < pings; i++) { await utils.addJob("ping", { at: performance.now() }); await new Promise((r) => setTimeout(r, 10)); }
while (latencies.length < pings) await new Promise((r) => setTimeout(r, 20));
latencies.sort((a, b) => a - b);
console.log(JSON.stringify({ peer: "graphile-worker", what: "latency", p50: latencies[pings >> 1], p99: latencies[Math.floor(pings * 0.99)] }));
await runner.stop(); await pool.end(); await utils.release(); process.exit(0);
