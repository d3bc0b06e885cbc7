// The hours editor without a round trip: add, remove and copy happen at once. Every button also works as a plain submit.
(() => {
  "use strict";
  const form = document.querySelector("form[data-hours]");
  if (!form) return;
  const told = form.querySelector("[data-told]");
  const most = 12;
  const nameOf = (day) => day.querySelector("h3").textContent;

  function row(day, opens, closes) {
    const number = day.dataset.day, name = nameOf(day), line = document.createElement("div");
    line.className = "hours-window";
    const input = (kind, value) => {
      const field = document.createElement("input");
      field.type = "time";
      field.name = `${kind}-${number}`;
      field.value = value;
      field.setAttribute("aria-label", `${name} ${kind}`);
      return field;
    };
    const drop = document.createElement("button");
    drop.type = "submit";
    drop.name = "do";
    drop.className = "hours-small";
    drop.dataset.drop = "";
    drop.textContent = "Remove";
    drop.setAttribute("aria-label", `Remove these hours of ${name}`);
    line.append(input("opens", opens), " to ", input("closes", closes), " ", drop);
    return line;
  }

  function settle(day) {
    const rows = day.querySelector("[data-rows]");
    const closed = rows.querySelector(".closed");
    if (rows.querySelector(".hours-window")) {
      closed?.remove();
    } else if (!closed) {
      const line = document.createElement("p");
      line.className = "closed";
      line.textContent = "Closed";
      rows.append(line);
    }
  }

  function add(day, opens, closes) {
    const rows = day.querySelector("[data-rows]");
    if (rows.querySelectorAll(".hours-window").length >= most) return null;
    const line = row(day, opens, closes);
    rows.append(line);
    settle(day);
    return line;
  }

  function copy() {
    const days = [...form.querySelectorAll("[data-day]")];
    const from = days.find((day) => day.dataset.day === form.elements["copy-from"].value);
    const wanted = [...form.querySelectorAll("[name='copy-to']:checked")].map((box) => box.value);
    const windows = [...from.querySelectorAll(".hours-window")]
      .map((line) => [...line.querySelectorAll("input")].map((field) => field.value))
      .filter(([opens, closes]) => opens || closes);
    const reached = days.filter((day) => day !== from && wanted.includes(day.dataset.day));
    for (const day of reached) {
      day.querySelectorAll(".hours-window").forEach((line) => line.remove());
      windows.forEach(([opens, closes]) => add(day, opens, closes));
      settle(day);
    }
    form.querySelectorAll("[name='copy-to']").forEach((box) => { box.checked = false; });
    told.textContent = reached.length
      ? `Copied ${nameOf(from)} to ${reached.map(nameOf).join(", ")}. Save the hours to keep it.`
      : "Tick the days to copy to.";
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const day = button.closest("[data-day]");
    if ("more" in button.dataset) {
      event.preventDefault();
      add(day, "", "")?.querySelector("input").focus();
    } else if ("drop" in button.dataset) {
      event.preventDefault();
      button.closest(".hours-window").remove();
      settle(day);
      day.querySelector("[data-more]").focus();
    } else if ("copy" in button.dataset) {
      event.preventDefault();
      copy();
    }
  });
})();
