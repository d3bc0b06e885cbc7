// Shows one question at a time. Everything works without it: then all questions stand on one page.
(() => {
  const root = document.documentElement;
  // Before the page is drawn, so that nothing flashes by; if the lines below fail, the class goes again.
  root.classList.add("quiz-steps");

  const start = () => {
    const form = document.getElementById("quiz");
    const questions = [...form.querySelectorAll("[data-question]")];
    const scored = questions.filter((question) => !("last" in question.dataset));
    // The questions that are not scored share the last step.
    const steps = scored.map((question) => [question]);
    if (questions.length > scored.length) steps.push(questions.slice(scored.length));

    const [bar, send, line] = ["quiz-steps", "quiz-send", "quiz-progress"].map((name) => form.querySelector(`[data-${name}]`));
    const [back, next, all] = ["back", "next", "all"].map((name) => bar.querySelector(`[data-${name}]`));
    const progress = line.querySelector("progress");
    const picked = (question) => [...question.querySelectorAll(":scope > .form-check input:checked")].some((input) => input.value);

    const asked = () => {
      const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
      const step = steps.findIndex((group) => group.some((question) => question === target || question.contains(target || null)));
      return step;
    };
    // After a form that came back: what is wrong, else what is missing.
    const toMend = () => {
      const found = steps.findIndex(([question]) => question.matches("[aria-describedby]"));
      return found >= 0 ? found : Math.max(0, scored.findIndex((question) => !picked(question)));
    };

    let now = -1;
    const label = () => {
      const empty = now < scored.length && !picked(scored[now]);
      next.hidden = now === steps.length - 1;
      next.textContent = empty ? "Skip this one" : "Next question";
      next.classList.toggle("btn-main", !empty);
      next.classList.toggle("btn-quiet", empty);
      progress.value = scored.filter(picked).length;
    };
    const show = (step, { focus }) => {
      now = step;
      questions.forEach((question) => question.classList.toggle("now", steps[step].includes(question)));
      send.classList.toggle("now", step === steps.length - 1);
      back.hidden = step === 0;
      root.classList.toggle("quiz-on-way", step > 0);
      label();
      // The legend says "Question 3 of 8" and the question itself, so that is what a screen reader hears.
      if (focus) steps[step][0].querySelector("legend").focus();
    };
    const go = (step) => {
      const id = steps[step][0].id;
      // The address takes the step along, so that the browser's own back button goes a question back.
      if (location.hash !== `#${id}`) location.hash = id;
      else show(step, { focus: true });
    };

    back.addEventListener("click", () => go(now - 1));
    next.addEventListener("click", () => go(now + 1));
    all.addEventListener("click", () => {
      root.classList.remove("quiz-steps", "quiz-on-way");
      bar.hidden = true;
      steps[now][0].querySelector("legend").focus();
    });
    form.addEventListener("change", label);
    addEventListener("hashchange", () => {
      if (root.classList.contains("quiz-steps") && asked() >= 0) show(asked(), { focus: true });
      else if (!location.hash) show(0, { focus: true });
    });

    bar.hidden = line.hidden = false;
    const wanted = asked();
    show(wanted >= 0 ? wanted : form.querySelector(".error-summary") ? toMend() : 0, { focus: false });
  };

  let begun = false;
  const begin = () => {
    if (begun) return;
    begun = true;
    try {
      start();
    } catch (error) {
      root.classList.remove("quiz-steps", "quiz-on-way");
      throw error;
    }
  };
  // quiz-begin.js stands right behind the form, so that what follows it is never drawn in another place first.
  document.addEventListener("quiz:begin", begin);
  document.addEventListener("DOMContentLoaded", begin);
})();
