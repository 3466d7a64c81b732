// Prints, as JSON, what the program gives in an engine that has no page: Node, Deno or Bun.
import * as library from "../../dist/index.js";
import { run } from "./program.mjs";

const { Bun, Deno, process } = globalThis;
const version = Bun ? `Bun ${Bun.version}` : Deno ? `Deno ${Deno.version.deno}` : `Node ${process.versions.node}`;
console.log(JSON.stringify({ version, ...(await run(library)) }));
