import { transformerTwoslash } from "@shikijs/twoslash";

/** What a block says behind its language to have the types of its names. */
export const typedMeta = "typed";

/** As long is what is told of a name at most: classes and unions of words go on for pages. */
const longest = 400;

/**
 * Puts beside each name of a block what TypeScript says of it, for the theme to show when it is pointed at. Twoslash asks, for it is
 * what documentation in TypeScript is made with; of what it can show only this is taken, so that the text of a block stays its code.
 */
export const typesOnHover = transformerTwoslash({
  explicitTrigger: new RegExp(`\\b${typedMeta}\\b`),
  twoslashOptions: {
    // 99 is the newest module and target, 100 to resolve as bundlers do.
    compilerOptions: { module: 99, target: 99, moduleResolution: 100, strict: true, types: [], skipLibCheck: true },
  },
  renderer: {
    nodeStaticInfo({ text }, node) {
      const told = toldOf(text);
      if (told === null) return node;
      return { type: "element", tagName: "span", properties: { "data-type": told }, children: [node] };
    },
  },
});

/** What is told of a name; null of what has no type, or only the one that says nothing. */
function toldOf(text: string): string | null {
  const [first] = text.replace(/^\(alias\) /, "").split(/\nimport /);
  if (/^import |: any$/.test(first)) return null;
  return first.length > longest ? `${first.slice(0, longest)} …` : first;
}
