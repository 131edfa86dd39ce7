"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement, body = document.body, card = document.getElementById("card");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const lines = all("#whole .line");
  const place = new Map(data.names.map((name, k) => [name, k]));
  const welcome = card.firstElementChild;
  const stageNames = ["forward", "loss", "backward", "gradient", "update"];
  let step = -1, chosen = "";

  const element = (tag, name, ...inside) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.append(...inside);
    return made;
  };
  const bothLanguages = ([english, chinese]) => [english, chinese].map((text, k) => {
    const span = element("span", "", text);
    span.lang = k ? "zh" : "en";
    return span;
  });
  const stageOf = (k) => data.steps.find((one) => one.lines.includes(k)).stage;
  const copies = (numbers) => numbers.map((k) => {
    const copy = lines[k].cloneNode(true);
    copy.classList.add(stageOf(k));
    return copy;
  });

  const track = document.getElementById("track");
  data.steps.forEach((one, k) => {
    const dot = element("button", one.stage);
    dot.type = "button";
    dot.tabIndex = -1;
    dot.title = one.title[root.lang === "zh" ? 1 : 0];
    dot.setAttribute("aria-label", dot.title);
    dot.addEventListener("click", () => walk(k));
    track.append(dot);
  });
  const dots = all("button", track);

  function show() {
    const chain = chosen && data.chains[chosen];
    const now = step >= 0 ? data.steps[step] : null;
    body.classList.toggle("is-choosing", Boolean(chain));
    body.classList.toggle("is-walking", Boolean(now));
    stageNames.forEach((name) => body.classList.toggle(name, Boolean(now) && now.stage === name));
    all(".chip").forEach((chip) => chip.setAttribute("aria-pressed", String(chip.dataset.name === chosen)));
    all(".stage").forEach((tab) => tab.classList.toggle("now", Boolean(now) && tab.dataset.stage === now.stage));
    dots.forEach((dot, k) => {
      dot.classList.toggle("done", k < step);
      dot.classList.toggle("now", k === step);
    });
    light(chain);
    reveal(now);
    fill(chain, now);
  }

  function light(chain) {
    const wires = new Set(chain ? chain.wires : []), nodes = new Set(chain ? chain.nodes : []);
    all("svg .wire").forEach((wire) => {
      const name = wire.dataset.name, flows = wire.classList.contains("flow");
      const target = name.startsWith("E_") ? name : `E_${name}`;
      wire.classList.toggle("lit", flows ? nodes.has(name) && (nodes.has(target) || nodes.has("E_total")) : wires.has(name));
    });
    all("svg .node").forEach((node) => node.classList.toggle("lit", nodes.has(node.dataset.name) || node.dataset.name === chosen));
    all("svg .label").forEach((label) => {
      label.classList.toggle("lit", wires.has(label.dataset.name));
      label.classList.toggle("chosen", label.dataset.name === chosen);
    });
  }

  function reveal(now) {
    const known = new Set(now ? data.steps.slice(0, step + 1).flatMap((one) => one.lines) : []);
    all("svg [data-quantity]").forEach((text) => {
      const k = place.get(text.dataset.quantity);
      text.classList.toggle("unknown", Boolean(now) && k !== undefined && !known.has(k));
    });
    const here = new Set(now ? [now.at] : []);
    if (now && now.stage === "gradient") now.lines.forEach((k) => here.add(data.names[k].split("/∂")[1]));
    if (now && now.stage === "loss") all("svg .node.error").forEach((node) => here.add(node.dataset.name));
    all("svg .node, svg .wire").forEach((one) => {
      const flows = one.classList.contains("flow");
      one.classList.toggle("now", !flows && here.has(one.dataset.name));
    });
  }

  function fill(chain, now) {
    if (!chain && !now) return card.replaceChildren(welcome);
    if (now) {
      const title = element("h2", now.stage, ...bothLanguages(now.title));
      title.prepend(element("span", "mark", `${step + 1} / ${data.steps.length} `));
      return card.replaceChildren(title, element("div", "walked", ...copies(now.lines)));
    }
    const rest = chain.lines.filter((k) => !chain.head.includes(k));
    const title = element("h2", "", element("span", "mark", chosen));
    card.replaceChildren(title, element("div", "head", ...copies(chain.head)));
    if (rest.length) card.append(document.getElementById("words").content.cloneNode(true), element("div", "chain", ...copies(rest)));
  }

  function choose(name) {
    chosen = chosen === name ? "" : name;
    step = -1;
    show();
  }
  function walk(k) {
    step = Math.max(-1, Math.min(data.steps.length - 1, k));
    chosen = "";
    show();
  }

  all("svg .wire.weight, svg .node.bias").forEach((one) => {
    const name = one.dataset.name;
    const labels = all("svg .label").filter((label) => label.dataset.name === name);
    one.addEventListener("click", () => choose(name));
    one.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(name);
    });
    for (const [type, on] of [["pointerenter", true], ["pointerleave", false], ["focus", true], ["blur", false]])
      one.addEventListener(type, () => labels.forEach((label) => label.classList.toggle("pointed", on)));
  });
  all(".chip").forEach((chip) => chip.addEventListener("click", () => choose(chip.dataset.name)));
  all(".stage").forEach((tab) => tab.addEventListener("click", () => walk(data.steps.findIndex((one) => one.stage === tab.dataset.stage))));
  document.getElementById("next").addEventListener("click", () => walk(step + 1));
  document.getElementById("previous").addEventListener("click", () => walk(step - 1));
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowRight") walk(step + 1);
    else if (event.key === "ArrowLeft") walk(step - 1);
    else if (event.key === "Escape") walk(-1);
  });
  document.getElementById("language").addEventListener("click", () => { root.lang = root.lang === "zh" ? "en" : "zh"; });
  window.addEventListener("beforeprint", () => { document.getElementById("whole").open = true; });

  document.getElementById("whole").open = false;
  if (data.chosen) choose(data.chosen);
})();
