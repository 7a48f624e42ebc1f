// Prints what the page's scripts read from a block that stands in a file: rings and columns, as JSON.
import { readFileSync } from "node:fs";
import { load } from "./load.mjs";

const [file, withoutStreams] = process.argv.slice(2);
if (withoutStreams) {
  delete globalThis.DecompressionStream;
}
const landquota = load("inflate.js", "block.js", "outlines.js", "columns.js");
const { header, sections } = await landquota.readBlock(readFileSync(file, "ascii"));
const outlines = landquota.buildOutlines(sections);
const features = Array.from(sections.rings, (_, at) =>
  landquota.ringsOf(outlines, at).map(({ isHole, points }) => [isHole, points]),
);
const columns = header.columns.map((layout, name) => {
  const column = landquota.createColumn(layout, sections, String(name));
  return features.map((_, at) => column.text(at));
});
process.stdout.write(JSON.stringify({ features, columns }));
