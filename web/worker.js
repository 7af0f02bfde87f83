// Python in the browser: Pyodide, with the sources of purenn as they lie beside this page. It answers what ask.js asks.

let page = null;                        // the Page of session.py
const fetched = self.fetch.bind(self);

async function text(name) {
  const answer = await fetched(name, { cache: "no-cache" });            // what has been edited is what runs
  if (!answer.ok) throw new Error(`${name} could not be loaded (${answer.status}); the folder of purenn must be served as a whole.`);
  return answer.text();
}

// Pyodide from `base`. A file that has a hash in pyodide.json must match it. All files are fetched in parallel first;
// when Pyodide asks for one, it gets what was fetched.
async function load(base, hashes) {
  const files = Object.fromEntries(Object.entries(hashes).map(([name, integrity]) => [base + name, fetched(base + name,
    { integrity, cache: "force-cache" })]));
  self.fetch = (url, options) => {
    const file = files[String(url.url ?? url)];
    delete files[String(url.url ?? url)];
    return file ?? fetched(url, options);
  };
  const all = Promise.all(Object.entries(files).map(async ([name, file]) => {
    if (!(await file).ok) throw new Error(name);
  }));
  const code = Object.keys(files).filter((name) => name.endsWith(".mjs"));      // imported from the cache, once checked
  await Promise.all(code.map(async (name) => (await files[name]).arrayBuffer()));
  const starting = import(base + "pyodide.mjs").then(({ loadPyodide }) => loadPyodide({ indexURL: base }));
  await all;                            // if one were missing, it would wait forever
  return starting;
}

async function begin(base) {
  const slow = setTimeout(() => postMessage({ say: "Loading Python is taking too long. Reload to try again." }), 60000);
  const sources = text("sources.json").then(JSON.parse).then((names) => Promise.all(names.map(
    async (name) => [name, await text("../" + name)])));
  const hashes = await text("pyodide.json").then(JSON.parse);
  const loading = load(base, hashes).catch(() => {
    throw new Error(`Python could not be loaded from ${base}. Is there a connection to it? Reload to try again.`);
  });
  const [pyodide, files] = await Promise.all([loading, sources]);
  for (const [name, source] of files) {
    const path = "/home/pyodide/" + name;
    pyodide.FS.mkdirTree(path.replace(/\/[^/]*$/, ""));
    pyodide.FS.writeFile(path, source);
  }
  page = pyodide.pyimport("web.session").Page();
  clearTimeout(slow);
}

self.onmessage = async ({ data }) => {
  if (data.pyodide) {
    try {
      await begin(data.pyodide);
      postMessage({});
    } catch (error) {
      postMessage({ error: error.message });
    }
    return;
  }
  try {
    postMessage({ answer: page.answer(data.text) });
  } catch (error) {                     // the last line of Python's traceback
    postMessage({ failed: error.message.trim().split("\n").pop() });
  }
};
