// Compiles src/kernels/assembly and writes it, as base64, to src/kernels/wasm/module.generated.ts.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = "src/kernels/wasm/module.generated.ts";
const options = [
  "--runtime stub --importMemory --noAssert --use abort= --enable simd",
  "--optimizeLevel 3 --shrinkLevel 0 --converge --noExportMemory",
].flatMap((line) => line.split(" "));

let binary;
const { error, stderr } = await asc.main(
  ["src/kernels/assembly/index.ts", "--baseDir", root, "--outFile", "kernels.wasm", ...options],
  {
    writeFile: (name, contents) => {
      if (name.endsWith(".wasm")) binary = contents;
    },
  },
);
if (error) {
  console.error(stderr.toString());
  throw error;
}
const base64 = Buffer.from(binary).toString("base64");
const header = "// Written by scripts/build-wasm.mjs from src/kernels/assembly.\n";
const comment = "/** The WebAssembly module of the SIMD kernels, in base64. */\n";
writeFileSync(`${root}/${target}`, `${header}\n${comment}export const binary =\n  "${base64}";\n`);
console.log(`${target}: ${binary.length} bytes of WebAssembly`);
