/** Draws the figures of the guides from real runs, into docs/figures: `npm run figures`. */
import { writeFileSync } from "node:fs";
import { render } from "evenkeel/plot";
import { graphs, plots } from "./figures/all.ts";

for (const [name, draw] of Object.entries(graphs)) write(`graph/${name}`, await draw());
for (const [folder, figures] of Object.entries(plots)) {
  for (const [name, draw] of Object.entries(figures)) write(`${folder}/${name}`, await render(draw(), "svg"));
}

function write(path: string, svg: string): void {
  writeFileSync(new URL(`../../docs/figures/${path}.svg`, import.meta.url), svg);
}
