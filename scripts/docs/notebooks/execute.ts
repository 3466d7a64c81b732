import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import "../../check/install-engines.mjs";
import type { Notebook } from "./ipynb.ts";

const run = promisify(execFile);

const root = fileURLToPath(new URL("../../../", import.meta.url));
const deno = join(root, "test/engines/node_modules/.bin/deno");
/** The Python that has Jupyter's client. */
const python = process.env.JUPYTER_PYTHON ?? "/usr/bin/python3";
const program = fileURLToPath(new URL("execute.py", import.meta.url));

/** Runs notebooks in Deno's kernel under Jupyter, each in a kernel of its own, with nothing installed but that kernel. */
export class Kernel {
  private readonly home = mkdtempSync(join(tmpdir(), "evenkeel-jupyter-"));

  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** A kernel for the notebooks of the repository, in a folder below it, so that packages are found. */
  static start(): Promise<Kernel> {
    const folder = join(root, ".temporary/notebooks");
    mkdirSync(folder, { recursive: true });
    const source = fileIn("deno.json");
    const { imports, ...rest } = JSON.parse(readFileSync(source, "utf8"));
    const absolute = Object.entries<string>(imports).map(([name, path]) => [name, new URL(path, source).href]);
    writeFileSync(join(folder, "deno.json"), JSON.stringify({ ...rest, imports: Object.fromEntries(absolute) }));
    return Kernel.in(folder);
  }

  /** A kernel for a folder as it is, whose `deno.json` says where packages are. `stop` removes it. */
  static async in(folder: string): Promise<Kernel> {
    const kernel = new Kernel(folder);
    await run(deno, ["jupyter", "--install"], { env: kernel.env });
    return kernel;
  }

  private get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      HOME: this.home,
      DENO_DIR: join(this.home, "deno"),
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
    };
  }

  /** The notebook with what its cells put out; fails where one throws, or takes longer than a minute. */
  async execute(name: string, notebook: Notebook): Promise<Notebook> {
    const [file, out] = [`${name}.ipynb`, `${name}.out.ipynb`];
    writeFileSync(join(this.folder, file), JSON.stringify(notebook));
    await run(python, [program, file, out], { cwd: this.folder, env: this.env, timeout: 180_000, maxBuffer: 1e8 });
    return JSON.parse(readFileSync(join(this.folder, out), "utf8")) as Notebook;
  }

  stop(): void {
    for (const folder of [this.home, this.folder]) rmSync(folder, { recursive: true, force: true });
  }
}

/** The address of a file of the notebooks' folder. */
export const fileIn = (name: string): URL => new URL(`../../../examples/notebooks/${name}`, import.meta.url);
