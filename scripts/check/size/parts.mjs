import { transformSync } from "esbuild";
import ts from "typescript";
import { bundle, packedSize } from "./bundle.mjs";

/** What the files of the core are for; a file belongs to the first that fits. */
const purposes = [
  { name: "the kernels themselves, in WebAssembly", files: /generated/ },
  { name: "what calls them: memory, operands, threads", files: /kernels\/(wasm|arena|pool|array|threads|index)/ },
  {
    name: "the same as plain loops, for where WebAssembly is forbidden",
    files: /kernels\/(reference|scalar|wholePower)/,
  },
  { name: "random numbers, with PyTorch's bits", files: /random|sample|mersenne|boxMuller/ },
  { name: "`Tensor` and its methods", files: /src\/tensor/ },
  { name: "operations, recording and gradients", files: /autograd|ops\/|derivatives|apply/ },
  { name: "making, joining, printing and checking", files: /./ },
];

/** The core as it is bundled, in pieces: which file each is of, and its code without white space. */
async function partsOf(source) {
  // White space stays at first, and with it the comments that name the files.
  const text = await bundle(source, { minify: false, minifyIdentifiers: true, minifySyntax: true });
  return text
    .replace(/^export \{[\s\S]*/m, "")
    .split(/^(?=\/\/ src\/)/m)
    .map((part) => ({ file: /src\/\S+/.exec(part)?.[0] ?? "", code: withoutSpace(part) }));
}

const withoutSpace = (code) => transformSync(code, { minifyWhitespace: true }).code;

/** How large parts are when packed together. */
const sizeOf = (parts) => packedSize(parts.map(({ code }) => code).join(""));

/** The same code, without what its errors say: every text with a space in it is empty. */
function mute({ file, code }) {
  if (/generated/.test(file)) return { file, code };
  const source = ts.createSourceFile("part.js", code, ts.ScriptTarget.Latest, true);
  const texts = [];
  const visit = (node) => {
    if (ts.isStringLiteralLike(node) && node.text.includes(" ")) texts.push([node.getStart(), node.end]);
    else if (ts.isTemplateExpression(node)) texts.push([node.getStart(), node.end]);
    else ts.forEachChild(node, visit);
  };
  visit(source);
  let muted = code;
  for (const [start, end] of texts.reverse()) muted = `${muted.slice(0, start)}""${muted.slice(end)}`;
  return { file, code: muted };
}

/** What each file adds to the core, in kilobytes: how much smaller it packs without the file. */
export async function sizesByFile(source) {
  const parts = await partsOf(source);
  const whole = sizeOf(parts);
  return parts
    .map((part) => ({ file: part.file, adds: whole - sizeOf(parts.filter((other) => other !== part)) }))
    .sort((a, b) => b.adds - a.adds);
}

/** The page that says what the core's size is made of, against a target. */
export async function sizePage(source, target) {
  const parts = await partsOf(source);
  const whole = sizeOf(parts);
  const purposeOf = ({ file }) => purposes.find(({ files }) => files.test(file));
  const groups = purposes.map((purpose) => {
    const own = parts.filter((part) => purposeOf(part) === purpose);
    return { name: purpose.name, own, adds: whole - sizeOf(parts.filter((part) => !own.includes(part))) };
  });
  const [wasm, callers, loops, random, tensor, operations] = groups.map(({ own }) => own);
  const silent = parts.map(mute);
  const kB = (size) => size.toFixed(1);
  const less = [
    ["without what errors say", silent],
    ["without the plain loops", parts.filter((part) => !loops.includes(part))],
    ["without random numbers", parts.filter((part) => !random.includes(part))],
    ["without any of the three", silent.filter(({ file }) => !loops.concat(random).some((part) => part.file === file))],
    ["kernels, what calls them, `Tensor`, operations and gradients alone", [wasm, callers, tensor, operations].flat()],
  ];
  return `---
title: Size
group: How it works
---

# Size

What \`npm run size -- --update\` measured: nothing on this page is edited. The sizes of all entries are in the README.

The core of evenkeel, which is all of it but \`nn\`, \`optim\` and \`data\`, takes ${kB(whole)} kB minified and packed by gzip. The
target is ${target} kB${whole > target ? ", and is missed" : ""}.

| what the core is made of | kB |
| --- | ---: |
${groups.map(({ name, adds }) => `| ${name} | ${kB(adds)} |`).join("\n")}

Of each, this is how much smaller the core packs without it; what several share is in none.

## What stands in the way

| the core | kB |
| --- | ---: |
${less.map(([name, of]) => `| ${name} | ${kB(sizeOf(of))} |`).join("\n")}

${conclusion(sizeOf(less[3][1]), sizeOf(less[4][1]), target)}
`;
}

function conclusion(leastWhole, heart, target) {
  if (heart > target)
    return `Kernels and tensors alone exceed ${target} kB: it is out of reach with the operations, dtypes and orders of gradients that
there are, whatever the rest takes.`;
  return leastWhole > target
    ? `Without any of the three it would still be more than ${target} kB, and each is a promise: that errors say what was expected,
that everything works where WebAssembly is forbidden, that random numbers are PyTorch's.`
    : `What would bring it to ${target} kB is promised: that errors say what was expected, that everything works where WebAssembly
is forbidden, that random numbers are PyTorch's.`;
}
