// The browser knows its time zone: answer the page's question before it is drawn. Without script the form asks.
(function () {
  var asked = new URLSearchParams(location.search);
  if (asked.has("tz") || asked.has("place")) return;
  var zone;
  try {
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch (error) {
    return;
  }
  if (!zone) return;
  asked.set("tz", zone);
  location.replace(location.pathname + "?" + asked + location.hash);
})();
