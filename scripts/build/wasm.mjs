// Compiles src/kernels/assembly and writes the modules, as text, to src/kernels/wasm/*.generated.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { twinsOf } from "./twins.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const options = [
  // The largest memory is said, so that the same module can be told to share it (src/kernels/wasm/start.ts).
  "--runtime stub --importMemory --initialMemory 1 --maximumMemory 65536 --noAssert --use abort=",
  "--optimizeLevel 3 --shrinkLevel 1 --converge --noExportMemory --runPasses reorder-locals",
].flatMap((line) => line.split(" "));

/** Bytes as the text that src/kernels/wasm/decode.ts reads, which says how. */
function encode(bytes) {
  const characters = Array.from(bytes, (byte) => {
    const v = (byte + 16) % 256;
    return ["", "!", "#"][Math.floor(v / 86)] + String.fromCharCode(40 + (v % 86)).replace("\\", "&");
  });
  return characters.join("");
}

// All work on one memory, in which each has constants from an address of its own on: src/kernels/wasm/machine.ts.
const modules = [
  { entry: "index", target: "module", what: "the SIMD kernels", features: ["simd"], constants: 64 },
  {
    entry: "relaxed",
    target: "relaxed",
    what: "the relaxed SIMD kernels",
    features: ["simd", "relaxed-simd"],
    constants: 768,
  },
  { entry: "beside", target: "beside", what: "the SIMD kernels beside these", features: ["simd"], constants: 960 },
];

const folder = "src/kernels/assembly";

/** A file as the compiler of a module asks for it: of the twins there is none but what is made here. */
const reader = (entry) => (name) => {
  if (name === `${folder}/twins.ts`) return twinsOf(root, `${folder}/${entry}`);
  try {
    return readFileSync(join(root, name), "utf8");
  } catch {
    return null; // it looks in several places
  }
};

for (const { entry, target, what, features, constants } of modules) {
  let binary;
  const enabled = features.flatMap((feature) => ["--enable", feature]);
  const { error, stderr } = await asc.main(
    [
      `${folder}/${entry}.ts`,
      ...(entry === "relaxed" ? [] : [`${folder}/twins.ts`]),
      "--baseDir",
      root,
      "--outFile",
      "kernels.wasm",
      ...options,
      ...enabled,
      "--memoryBase",
      `${constants}`,
    ],
    {
      readFile: reader(entry),
      writeFile: (name, contents) => {
        if (name.endsWith(".wasm")) binary = contents;
      },
    },
  );
  if (error) {
    console.error(stderr.toString());
    throw error;
  }
  const file = `src/kernels/wasm/${target}.generated.ts`;
  const header = "// Written by scripts/build/wasm.mjs from src/kernels/assembly.\n";
  const comment = `/** The WebAssembly module of ${what}, as text: see decode.ts. */\n`;
  writeFileSync(`${root}/${file}`, `${header}\n${comment}export const binary =\n  "${encode(binary)}";\n`);
  console.log(`${file}: ${binary.length} bytes of WebAssembly`);
}
