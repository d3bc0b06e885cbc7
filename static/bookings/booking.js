// Two small comforts; everything works without them.
(function () {
  // The button names the time it acts on.
  document.addEventListener("change", function (event) {
    var moment = event.target.getAttribute && event.target.getAttribute("data-moment");
    if (moment) name(event.target.form, moment);
  });
  document.querySelectorAll("input[data-moment]:checked").forEach(function (radio) {
    name(radio.form, radio.getAttribute("data-moment"));
  });
  function name(form, moment) {
    var button = form && form.querySelector("button[data-verb]");
    if (button) button.textContent = button.getAttribute("data-verb") + " " + moment;
  }

  // A hold says once that it is about to end, two minutes before; nothing ticks.
  var hold = document.querySelector("[data-hold-left]");
  var status = document.querySelector("[data-hold-status]");
  if (!hold || !status) return;
  var left = Number(hold.getAttribute("data-hold-left")) * 1000;
  say(left - 120000, "Two minutes left: book now, or keep the time ten more minutes.");
  say(left, "We no longer keep this time. It may still be free: book it to find out. What you typed stays.");
  function say(wait, words) {
    if (wait <= 0 && left > 0) wait = 0;
    if (wait < 0) return;
    setTimeout(function () { status.textContent = words; }, wait);
  }
})();
