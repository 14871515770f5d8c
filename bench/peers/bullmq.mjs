// BullMQ: three chained jobs per run, each job's return value kept by Redis, concurrency given.
import { Queue, Worker } from "bullmq";
const [runs, concurrency] = [Number(process.env.RUNS), Number(process.env.CONCURRENCY)];
const connection = { host: "127.0.0.1", port: Number(process.env.REDIS_PORT), maxRetriesPerRequest: null };
const queue = new Queue("chain", { connection });
await queue.obliterate({ force: true }).catch(() => {});
let done = 0, finish;
const ended = new Promise((resolve) => (finish = resolve));
const worker = new Worker("chain", async (job) => {
  const { run, step } = job.data;
  if (step < 3) await queue.add("step", { run, step: step + 1 });
  else if (++done === runs) finish();
  return { run, step };
}, { connection, concurrency });
await worker.waitUntilReady();
const started = performance.now();
for (let i = 0; i < runs; i += 500) {
  await queue.addBulk(Array.from({ length: Math.min(500, runs - i) }, (_, k) => ({ name: "step", data: { run: i + k, step: 1 } })));
}
await ended;
console.log(JSON.stringify({ peer: "bullmq", what: "chain", runs, perSecond: Math.round(runs / ((performance.now() - started) / 1000)) }));
await worker.close(); await queue.close(); process.exit(0);
