// Pairs decided by button or key. What is decided is asked of this server, and shown as it answers.
(() => {
  "use strict";
  const pairs = [...document.querySelectorAll(".pair")];
  const author = document.getElementById("author"), reason = document.getElementById("reason"), told = document.getElementById("told");
  const words = { "must-link": "one", "cannot-link": "two" };
  let at = -1;

  try { author.value = sessionStorage.getItem("crm360-author") || ""; } catch { /* a browser that keeps nothing */ }
  author.addEventListener("change", () => {
    try { sessionStorage.setItem("crm360-author", author.value); } catch { /* likewise */ }
  });

  function show(pair, text) {
    const is = pair.dataset.decision;
    for (const button of pair.querySelectorAll("button"))
      button.hidden = button.dataset.act === "undo" ? !is : Boolean(is);
    pair.querySelector(".said").textContent = text || (is ? `Said to be ${words[is] || is} by ${pair.dataset.author}.` : "");
  }

  function go(to) {
    if (!pairs.length) return;
    at = Math.max(0, Math.min(to, pairs.length - 1));
    pairs[at].focus({ preventScroll: true });
    pairs[at].scrollIntoView({ block: "start" });
  }

  function next() {
    const open = pairs.findIndex((pair, number) => number > at && !pair.dataset.decision);
    if (open < 0) { told.textContent = "That was the last of these pairs."; return; }
    go(open);
  }

  async function ask(path, what) {
    try {
      const answer = await fetch(path, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(what),
      });
      const text = await answer.text();
      try { return { status: answer.status, ...JSON.parse(text) }; } catch { return { status: answer.status, error: text }; }
    } catch {
      return { status: 0, error: "the server did not answer: nothing is known of this decision, open the page again" };
    }
  }

  async function act(pair, what) {
    at = pairs.indexOf(pair);
    if (what === "later") { next(); return; }
    if (!author.value.trim()) { told.textContent = "Say your name first."; author.focus(); return; }
    if (what === "undo" ? !pair.dataset.decision : pair.dataset.decision) return;
    const { kind, a, b } = pair.dataset;
    const asked = { kind, a, b, author: author.value };
    const answer = what === "undo"
      ? await ask("/api/review/undo", asked)
      : await ask("/api/review", { ...asked, decision: what, reason: reason.value });
    if (answer.status === 409) { pair.dataset.decision = answer.decision; pair.dataset.author = answer.author; }
    if (answer.status !== 200) { show(pair, answer.error); told.textContent = answer.error; return; }
    pair.dataset.decision = what === "undo" ? "" : what;
    pair.dataset.author = author.value;
    reason.value = "";
    show(pair, answer.effect);
    told.textContent = answer.effect;
    if (what !== "undo") next();
  }

  for (const pair of pairs) {
    show(pair);
    pair.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) act(pair, button.dataset.act);
    });
    pair.addEventListener("focusin", () => { at = pairs.indexOf(pair); });
  }
  const keys = { y: "must-link", n: "cannot-link", l: "later", u: "undo" };
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    const what = keys[event.key.toLowerCase()];
    if (!what || !pairs.length) return;
    event.preventDefault();
    if (what === "undo") {
      const last = at >= 0 && pairs[at].dataset.decision ? pairs[at] : pairs.slice(0, Math.max(at, 0)).reverse().find((p) => p.dataset.decision);
      if (last) act(last, "undo");
    } else act(pairs[Math.max(at, 0)], what);
  });
})();
