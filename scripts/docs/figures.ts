/**
 * Draws the figures of the guides from real runs, into docs/figures: `npm run figures`. Plots in every look: as the guides name them,
 * and for dark pages and for phones, which the site shows in their place (scripts/docs/site/looks.ts).
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { render } from "evenkeel/plot";
import { graphs, plots } from "./figures/all.ts";
import { looks } from "./figures/figure.ts";

for (const [name, draw] of Object.entries(graphs)) write(`graph/${name}`, await draw());
const figures = Object.entries(plots).flatMap(([folder, family]) =>
  Object.entries(family).map(([name, figure]) => ({ path: `${folder}/${name}`, draw: figure() })),
);
for (const [folder, look] of Object.entries(looks)) {
  for (const { path, draw } of figures) write(`${folder}${path}`, await render(draw(look), "svg"));
}

function write(path: string, svg: string): void {
  const file = fileURLToPath(new URL(`../../docs/figures/${path}.svg`, import.meta.url));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, svg);
}
