// Run a script or a module in Pyodide, as `python` does; its folder and PYTHONPATH's are its own ones here:
//     node tests/node/pyodide.mjs NODE_MODULES SCRIPT [ARGUMENT ...]
//     node tests/node/pyodide.mjs NODE_MODULES -m MODULE [ARGUMENT ...]
// NODE_MODULES is where npm has put pyodide. Output, errors and the exit code are the program's.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [modules, ...command] = process.argv.slice(2);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { loadPyodide } = await import(pathToFileURL(path.resolve(modules, "pyodide/pyodide.mjs")).href);
const python = await loadPyodide({ env: { HOME: root, PYTHONDONTWRITEBYTECODE: "1", COLUMNS: "120" } });
python.setStdin({ stdin: () => null });

const folders = [root, ...(process.env.PYTHONPATH || "").split(path.delimiter).filter(Boolean)];
for (const folder of folders) {
  if (folder !== root && folder.startsWith(root + path.sep)) continue;
  python.FS.mkdirTree(folder);
  python.mountNodeFS(folder, folder);
}
python.globals.set("folders", python.toPy(folders));
python.globals.set("command", python.toPy(command));
process.exitCode = python.runPython(`
import os, runpy, sys
os.chdir(folders[0])
sys.path[:0] = folders
code = 0
try:
    if command[0] == "-m":
        sys.argv = command[1:]
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(command)
        sys.path[0] = os.path.dirname(os.path.abspath(command[0]))
        runpy.run_path(command[0], run_name="__main__")
except SystemExit as end:
    if isinstance(end.code, str):
        print(end.code, file=sys.stderr)
    code = end.code if isinstance(end.code, int) else int(end.code is not None)
sys.stdout.flush()
sys.stderr.flush()
code
`);
