import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("the guide's two programs, in a real worker, do what they say", async () => {
  const guide = readFileSync(join(root, "docs/io/files.md"), "utf8");
  const programs = ["main", "worker"].map((name) => {
    const found = guide.match(new RegExp(`\`\`\`ts no-run\n// ${name}[.]ts\n([\\s\\S]*?)\`\`\``));
    return { name, source: found?.[1] ?? expect.fail(`no program ${name}.ts in the guide`) };
  });
  const folder = mkdtempSync(join(tmpdir(), "evenkeel-worker-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    for (const { name, source } of programs) {
      await build({
        stdin: { contents: source, resolveDir: root, loader: "ts" },
        alias: { evenkeel: join(root, "src/index.ts"), "evenkeel/io": join(root, "src/io/index.ts") },
        bundle: true,
        format: "esm",
        platform: "node",
        outfile: join(folder, `${name}.js`),
        logLevel: "error",
      });
    }
    const printed = execFileSync(process.execPath, [join(folder, "main.js")], { encoding: "utf8", timeout: 30_000 });
    const said = [...programs[0].source.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, line]) => line);
    expect(said).not.toEqual([]);
    expect(printed.trim().split("\n")).toEqual(said);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
