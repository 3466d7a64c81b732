import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));
const source = join(root, "test/consumers/project");

/** Runs a program, and returns what it printed; what it says otherwise is the message of the error. */
export async function output(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await run(command, [...args], { cwd, timeout: 180_000, maxBuffer: 1e8 });
    return stdout.trim();
  } catch (error) {
    const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error([message.split("\n")[0], stdout, stderr].join("\n").slice(0, 4000));
  }
}

/** The package as it would be published, as a file. */
export async function packed(folder: string): Promise<string> {
  const listing = await output("npm", ["pack", "--json", "--pack-destination", folder], root);
  return join(folder, (JSON.parse(listing) as { filename: string }[])[0].filename);
}

/** A project of a stranger's, in which nothing but the package is installed; `fields` are those of its package.json. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "evenkeel-consumer-"));

  private constructor() {}

  static async with(tarball: string, fields: object = {}, more: readonly string[] = []): Promise<Project> {
    const project = new Project();
    project.write("package.json", JSON.stringify({ name: "consumer", private: true, ...fields }));
    cpSync(source, project.folder, { recursive: true });
    await output("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", tarball, ...more], project.folder);
    return project;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  run(command: string, ...args: string[]): Promise<string> {
    return output(command, args, this.folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
