/**
 * Fails when package-lock.json lacks an optional dependency that one of its packages names. `npm install` leaves such
 * holes where a platform's binary cannot be had at that version, and `npm ci` then refuses the lock.
 */
import { readFileSync } from "node:fs";

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const names = new Set(Object.keys(packages).map((path) => path.split("node_modules/").pop()));
const holes = Object.entries(packages).flatMap(([path, { version, optionalDependencies = {} }]) =>
  Object.keys(optionalDependencies)
    .filter((name) => !names.has(name))
    .map((name) => `${path}@${version} lacks ${name}`),
);
console.log(holes.length > 0 ? holes.join("\n") : "lock complete");
process.exit(holes.length > 0 ? 1 : 0);
