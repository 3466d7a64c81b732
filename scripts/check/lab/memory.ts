import { check } from "./failures.ts";
import { open, settled, textOf, type Where } from "./open.ts";

/**
 * Lets both networks train for some minutes, and looks each minute at the memory of the page and of its worker: while they pause, for
 * what a step is made of comes and goes, and after what is garbage was collected, twice, since what is told of it frees more.
 */
export async function memory(where: Where, minutes: number): Promise<void> {
  const page = await open(where);
  const [worker] = page.workers();
  const clients = [await page.createCDPSession(), worker.client];
  await page.click("#run");
  const used: number[][] = [];
  for (let minute = 0; minute <= minutes; minute++) {
    await new Promise((resolve) => setTimeout(resolve, minute === 0 ? 20_000 : 60_000));
    await page.click("#run");
    await settled(page);
    for (const client of clients) await client.send("HeapProfiler.collectGarbage");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    used.push(
      await Promise.all(
        clients.map(async (client) => {
          await client.send("HeapProfiler.collectGarbage");
          const { usedSize, backingStorageSize = 0 } = await client.send("Runtime.getHeapUsage");
          return (usedSize + backingStorageSize) / 1e6;
        }),
      ),
    );
    const [ofPage, ofWorker] = used[minute].map((size) => size.toFixed(1));
    await page.click("#run");
    console.log(`${await textOf(page, "#state")}: the page has ${ofPage} MB, the worker ${ofWorker} MB`);
  }
  // Series fill up in the first minute, and stay as long.
  const [early, late] = [used[Math.min(1, minutes)], used[minutes]].map(([ofPage, ofWorker]) => ofPage + ofWorker);
  check(
    late < 1.1 * early,
    `${where.name}: memory grew from ${early.toFixed(1)} to ${late.toFixed(1)} MB in ${minutes} minutes`,
  );
  await page.close();
}
