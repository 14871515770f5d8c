// pg-boss: jobs fetched, completed and followed up in batches; "send" measures single sends by 64 producers.
import PgBoss from "pg-boss";
const [runs, batch] = [Number(process.env.RUNS), Number(process.env.BATCH ?? 200)];
const boss = new PgBoss({ connectionString: process.env.PG_URL, max: 10, supervise: false, schedule: false });
await boss.start();
await boss.createQueue("chain"); await boss.createQueue("single");
const started = performance.now();
const add = (async () => {
  for (let i = 0; i < runs; i += 500) {
    await boss.insert(Array.from({ length: Math.min(500, runs - i) }, (_, k) => ({ name: "chain", data: { run: i + k, step: 1 } })));
  }
})();
let done = 0;
const work = async () => {
  while (done < runs) {
    const jobs = await boss.fetch("chain", { batchSize: batch });
    if (!jobs.length) { await new Promise((r) => setTimeout(r, 2)); continue; }
    const next = jobs.filter((job) => job.data.step < 3).map((job) => ({ name: "chain", data: { run: job.data.run, step: job.data.step + 1 } }));
    if (next.length) await boss.insert(next);
    await boss.complete("chain", jobs.map((job) => job.id), { done: true });
    done += jobs.length - next.length;
  }
};
await Promise.all([add, ...Array.from({ length: 4 }, work)]);
console.log(JSON.stringify({ peer: "pg-boss", what: "chain", runs, perSecond: Math.round(runs / ((performance.now() - started) / 1000)) }));
const sends = Number(process.env.SENDS ?? 5000);
const sendStart = performance.now();
let sent = 0;
await Promise.all(Array.from({ length: 64 }, async () => { while (sent < sends) { sent++; await boss.send("single", { n: sent }); } }));
console.log(JSON.stringify({ peer: "pg-boss", what: "send", runs: sent, perSecond: Math.round(sent / ((performance.now() - sendStart) / 1000)) }));
await boss.stop({ graceful: false }); process.exit(0);
