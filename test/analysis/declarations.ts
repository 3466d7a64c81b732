import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import type { Analysis, InParts } from "../../src/analysis/measuring/analysis.ts";

const src = fileURLToPath(new URL("../../src/analysis/", import.meta.url));
const modules: Record<string, unknown>[] = await Promise.all(
  globSync("*/*.ts", { cwd: src })
    .sort()
    .map((name) => import(src + name)),
);

/** Every analysis, as it is declared, by the name that the declaration is exported under. */
export const declarations: Readonly<Record<string, Analysis & Partial<InParts>>> = Object.fromEntries(
  modules.flatMap((module) => Object.entries(module).filter(([name]) => name.endsWith("Analysis"))) as [
    string,
    Analysis & Partial<InParts>,
  ][],
);
