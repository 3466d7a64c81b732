import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
});

test("nothing is compiled, started or set aside on import, only when it is first needed", async () => {
  const made: string[] = [];
  const noted = <T extends object>(name: string, original: T) =>
    new Proxy(original, {
      construct(target, args) {
        made.push(name);
        return Reflect.construct(target as unknown as new () => object, args);
      },
    });
  const { Module, Instance, Memory } = WebAssembly;
  vi.stubGlobal("WebAssembly", {
    Module: noted("Module", Module),
    Instance: noted("Instance", Instance),
    Memory: noted("Memory", Memory),
  });
  vi.stubGlobal("SharedArrayBuffer", noted("SharedArrayBuffer", SharedArrayBuffer));
  vi.resetModules();

  const { ones } = await import("evenkeel");
  expect(made).toEqual([]);

  ones([2]).exp();
  expect(made.sort()).toEqual(["Instance", "Memory", "Module"]);
});
