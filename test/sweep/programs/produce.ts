/** A sweep as a program, of which a test says all by one text of JSON: what is run, of what, by which engine, and into which journal. */
import { grid, inProcess, journal, pool, queue, range, sweep } from "evenkeel/sweep";

const { cell, space, store, engine, threads, connection, options, more } = JSON.parse(process.argv[2]);

const lists = Object.fromEntries(
  Object.entries(space as Record<string, number | never[]>).map(([name, list]) => [
    name,
    typeof list === "number" ? range(list) : list,
  ]),
);
const engines = {
  inProcess: () => inProcess(),
  pool: () => pool(threads),
  queue: () => queue(connection, options),
};
const start = performance.now();
const { rows } = await sweep({
  space: grid(lists),
  cell: new URL(cell, import.meta.url),
  store: journal(store),
  run: engines[engine as keyof typeof engines](),
  onCell: ({ done, total }) => process.stdout.write(`${done}/${total}\n`),
  ...more,
});
process.stdout.write(`rows ${rows.length} in ${Math.round(performance.now() - start)} ms\n`);
