import { basename } from "node:path";
import { globSync } from "tinyglobby";

/** Which tests should notice what is broken in a folder of src, by its path; the longest that fits counts. */
const wider: Readonly<Record<string, readonly string[]>> = {
  src: ["tensor", "ops", "autograd", "derivatives", "random", "nn", "io", "kernels", "fuzz"],
  "src/analysis": ["analysis", "plot"],
  "src/autograd": ["autograd", "derivatives", "ops", "keptValues", "memory", "nn", "fuzz"],
  "src/data": ["data"],
  "src/io": ["io"],
  "src/kernels": ["kernels", "keptValues", "movedParameters", "memory", "ops", "random", "optim", "nn", "fuzz"],
  "src/kernels/reference": ["ops", "nn", "optim", "tensor", "kernels"],
  "src/nn": ["nn", "ops", "movedParameters", "fuzz"],
  "src/ops": ["ops", "tensor", "autograd", "nn", "memory", "fuzz"],
  "src/optim": ["optim", "movedParameters", "fuzz"],
  "src/plot": ["plot", "analysis/display", "analysis/diagnose"],
  "src/random": ["random", "tensor"],
  "src/testing": ["testing"],
};

/** The test files that should notice what is broken in a file, those first that are named after it. */
export function testsOf(root: string, file: string): string[] {
  const all = globSync("test/**/*.test.ts", { cwd: root, ignore: ["test/{browser,bench,docs,examples}/**"] }).sort();
  const folder = Object.keys(wider)
    .filter((path) => file.startsWith(`${path}/`))
    .reduce((longest, path) => (path.length > longest.length ? path : longest), "");
  const name = basename(file, ".ts").toLowerCase();
  const named = all.filter((path) => basename(path, ".test.ts").toLowerCase() === name);
  const others = wider[folder].flatMap((room) =>
    all.filter((path) => path.startsWith(`test/${room}/`) || path === `test/${room}.test.ts`),
  );
  return [...new Set([...named, ...others])];
}

/** The project whose kernels run the file. */
export function projectsOf(file: string): readonly string[] {
  return file.startsWith("src/kernels/reference/") ? ["plain loops", "unit"] : ["unit"];
}
