import { readFileSync } from "node:fs";
import { fileOf } from "./pages.ts";

/** The front page: site/front.md, with the first program of the README in its place. */
export function frontPage(): string {
  const [program] = /^```ts\n[\s\S]*?^```$/m.exec(readFileSync(fileOf("README.md"), "utf8")) ?? [];
  if (program === undefined) throw new Error("the README has no program");
  return readFileSync(fileOf("site/front.md"), "utf8").replace(
    "<!-- the first program of the README -->",
    () => program,
  );
}
