// Questions to Python and its answers: by HTTP if the command `cli.py page` serves this page, else from a worker with Pyodide.
// The protocol is written down in docs/page.md.

const page = document.documentElement.dataset;
const name = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

let send = null;                        // from a question's text to a promise of the answer's text
let last = Promise.resolve();           // questions are asked one after the other

export function ask(question, values = {}) {
  const text = JSON.stringify({ question, ...values });
  const answer = last.then(() => send(text)).then(JSON.parse);
  last = answer.catch(() => {});
  return answer;
}

async function post(text) {
  let answer;
  try {
    answer = await fetch("/ask", { method: "POST", body: text, headers: { "Content-Type": "application/json", "X-Page": name } });
  } catch {
    throw new Error("The program that serves this page has ended. Start it again: python3 cli.py page");
  }
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.text();
}

// Connect to Python; `say` is told what is being waited for.
export async function connect(say) {
  if (location.protocol === "file:") {
    throw new Error("A page that is opened as a file cannot read other files. Run python3 cli.py page in the folder of purenn.");
  }
  if (page.python === "server") {
    send = post;
    return;
  }
  const worker = new Worker(page.worker, { type: "module" });
  const waiting = [];
  const ready = new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(`The page's worker could not be started: ${event.message ?? "reload to try again"}`));
    worker.onmessage = ({ data }) => {
      if (data.answer !== undefined) waiting.shift().resolve(data.answer);
      else if (data.failed !== undefined) waiting.shift().reject(new Error(data.failed));
      else if (data.error) reject(new Error(data.error));
      else if (data.say) say(data.say);
      else resolve();
    };
  });
  worker.postMessage({ pyodide: new URL(page.pyodide.replace(/\/?$/, "/"), location).href });
  await ready;
  send = (text) => new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    worker.postMessage({ text });
  });
}
