// Moves a playhead over the picture and shows the second below it; without frames there is none.
(() => {
  const frames = JSON.parse(document.getElementById("frames").textContent);
  const chart = document.getElementById("chart");
  const [left, right, end] = ["left", "right", "end"].map((name) => Number(chart.dataset[name]));
  const byId = (id) => document.getElementById(id);
  const [play, time, clock, speed] = ["play", "time", "clock", "speed"].map(byId);
  const [readout, replicas, playhead, curtain] = ["readout", "replicas", "playhead", "curtain"].map(byId);
  const busiest = Math.max(1, ...frames.flatMap((frame) => frame.replicas.map((one) => one.rps)));
  let running = null;

  const number = (value, unit = "") =>
    value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: 1 }) + unit;

  const frameAt = (t) => {
    let low = 0, high = frames.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (frames[middle].t <= t) low = middle; else high = middle - 1;
    }
    return frames[low];
  };

  const cell = (label, value) => {
    const box = document.createElement("div");
    const name = document.createElement("span");
    const text = document.createElement("b");
    name.textContent = label;
    text.textContent = value;
    box.append(name, text);
    return box;
  };

  const replicaBox = (one) => {
    const box = document.createElement("div");
    box.className = `replica ${one.state}`;
    box.title = `${one.id}: ${one.state}`;
    box.style.setProperty("--fill", `${(100 * one.rps) / busiest}%`);
    const text = document.createElement("b");
    text.textContent = one.state === "running" ? `${one.rps.toLocaleString("en")}/s` : one.state;
    box.append(text, one.id.slice(-8));
    return box;
  };

  const show = (t) => {
    time.value = t;
    clock.textContent = `${t.toFixed(1)} s`;
    const x = 100 * (left + (right - left) * (t / end));
    playhead.style.left = `${x}%`;
    curtain.style.left = `${x}%`;
    curtain.style.right = `${100 * (1 - right)}%`;
    if (!frames.length) return;
    const frame = frameAt(t);
    readout.replaceChildren(
      cell("requests/s", number(frame.rps)), cell("p50", number(frame.p50, " ms")),
      cell("p99", number(frame.p99, " ms")), cell("failed/s", number(frame.failures)),
      cell("ongoing", number(frame.ongoing)), cell("target", number(frame.target)),
      cell("running", number(frame.replicas.filter((one) => one.state === "running").length)));
    replicas.replaceChildren(...frame.replicas.map(replicaBox));
  };

  const stop = () => {
    clearInterval(running);
    running = null;
    play.textContent = "▶ Replay";
  };

  const start = () => {
    let t = Number(time.value) >= end ? 0 : Number(time.value);
    let before = performance.now();
    const step = () => {
      const now = performance.now();
      t = Math.min(end, t + ((now - before) / 1000) * Number(speed.value));
      before = now;
      show(t);
      if (t >= end) stop();
    };
    play.textContent = "⏸ Pause";
    running = setInterval(step, 40);
  };

  play.addEventListener("click", () => (running === null ? start() : stop()));
  time.addEventListener("input", () => { stop(); show(Number(time.value)); });
  chart.addEventListener("pointermove", (event) => {
    if (running !== null) return;
    const box = chart.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width - left) / (right - left);
    show(Math.min(1, Math.max(0, share)) * end);
  });
  show(end);
  document.body.dataset.replay = "ready";
})();
