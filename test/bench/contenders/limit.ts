/** No library: how fast this engine multiplies and adds at all, in the kernels' SIMD. `--relaxed` fuses the two. */
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { serve } from "./serve.ts";

const relaxed = process.argv.includes("--relaxed");

async function compile(): Promise<Uint8Array<ArrayBuffer>> {
  let binary: unknown;
  const features = ["simd", ...(relaxed ? ["relaxed-simd"] : [])].flatMap((feature) => ["--enable", feature]);
  const { error, stderr } = await asc.main(
    [
      ...["test/bench/assembly/limit.ts", "--baseDir", fileURLToPath(new URL("../../../", import.meta.url))],
      ...["--outFile", "limit.wasm", "--runtime", "stub", "--importMemory", "--noAssert", "--use", "abort="],
      ...["--optimizeLevel", "3", "--converge", "--noExportMemory", ...features],
    ],
    {
      writeFile: (name, contents) => {
        if (name.endsWith(".wasm")) binary = contents;
      },
    },
  );
  if (error || !(binary instanceof Uint8Array)) throw error ?? new Error(String(stderr));
  return new Uint8Array(binary);
}

const memory = new WebAssembly.Memory({ initial: 4 });
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(await compile()), { env: { memory } });
const tiles = exports.tiles as (a: number, b: number, y: number, times: number) => void;

await serve(process.versions.node, {
  limit: ({ tiles: times }) => {
    new Float32Array(memory.buffer).fill(1e-3);
    return { step: () => tiles(0, 2 ** 14, 2 ** 17, times) };
  },
});
