/**
 * Fails when a package-lock.json lacks an optional dependency that one of its packages names. `npm install` leaves such
 * holes where a platform's binary cannot be had at that version, and `npm ci` then refuses the lock.
 */
import { readFileSync } from "node:fs";

const locks = [
  "package-lock.json",
  "test/bench/package-lock.json",
  "test/engines/package-lock.json",
  "test/consumers/package-lock.json",
];

function holesOf(lock) {
  const { packages } = JSON.parse(readFileSync(lock, "utf8"));
  const names = new Set(Object.keys(packages).map((path) => path.split("node_modules/").pop()));
  return Object.entries(packages).flatMap(([path, { version, optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !names.has(name))
      .map((name) => `${lock}: ${path}@${version} lacks ${name}`),
  );
}

const holes = locks.flatMap(holesOf);
console.log(holes.length > 0 ? holes.join("\n") : "locks complete");
process.exit(holes.length > 0 ? 1 : 0);
