// Prints what the page's scripts measure of the rings that stand in a file: lengths and areas, as JSON.
import { readFileSync } from "node:fs";
import { load } from "./load.mjs";

const landquota = load("geodesy.js");
const rings = JSON.parse(readFileSync(process.argv[2], "utf-8")).map((ring) => ring.map(([lng, lat]) => ({ lng, lat })));
process.stdout.write(JSON.stringify(rings.map((ring) => [landquota.lengthOf(ring), landquota.areaOf(ring)])));
