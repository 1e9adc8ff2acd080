// One process: imports a program and answers one request, or prepares what the request needs.
const [, , file, state] = process.argv;
const before = process.cpuUsage();
const { prepare, answer } = await import(file);
if (state === undefined) {
  console.log(await prepare());
} else {
  const user = await answer(state);
  const { user: own, system } = process.cpuUsage(before);
  const sinceStartMs = performance.now();
  if (user !== 'ada') throw new Error(`The answer was ${String(user)}.`);
  console.log(JSON.stringify({ sinceStartMs, cpuMs: (own + system) / 1000 }));
}
process.exit();
