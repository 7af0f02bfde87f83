// Run a script of this project on MicroPython's WebAssembly build:
//     node tests/node/micropython.mjs NODE_MODULES SCRIPT
// NODE_MODULES is where npm has put @micropython/micropython-webassembly-pyscript. What is printed goes to stdout;
// exit code 1 where an exception ends the script. SCRIPT is a path below the project's folder.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [modules, script] = process.argv.slice(2);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const build = path.resolve(modules, "@micropython/micropython-webassembly-pyscript/micropython.mjs");
const { loadMicroPython } = await import(pathToFileURL(build).href);
const python = await loadMicroPython({ heapsize: 2 * 1024 * 1024, stdout: (line) => console.log(line) });

function copy(folder) {
  python.FS.mkdir("/" + folder);
  for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const name = folder + "/" + entry.name;
    if (entry.isDirectory() && entry.name !== "__pycache__") copy(name);
    if (entry.name.endsWith(".py")) python.FS.writeFile("/" + name, fs.readFileSync(path.join(root, name)));
  }
}

for (const folder of ["purenn", "examples", "tests"]) copy(folder);
python.globals.set("__file__", "/" + script);
try {
  python.runPython(python.FS.readFile("/" + script, { encoding: "utf8" }));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
