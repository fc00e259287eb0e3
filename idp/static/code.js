// Everything here is a comfort: the page does its whole work without it.
const code = document.getElementById("code");
const form = code.form;
let sent = false;

form.addEventListener("submit", (event) => {
  if (sent) return event.preventDefault();
  sent = true;
  form.querySelector(".button").setAttribute("aria-disabled", "true");
});

// Reloading, or going back to, the answer to a wrong code would send that code again.
history.replaceState(null, "", location.href);

addEventListener("pageshow", () => {
  sent = false;
  form.querySelector(".button").removeAttribute("aria-disabled");
});

// The button for another code comes when it can be used.
const again = document.getElementById("again");
const wait = document.getElementById("wait");
if (again && wait) {
  const shown = document.getElementById("left");
  const ready = Date.now() + shown.dataset.seconds * 1000;
  const button = again.querySelector("button");
  const written = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "second", unitDisplay: "long" });
  button.hidden = true;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((ready - Date.now()) / 1000));
    shown.textContent = written.format(left);
    if (left > 0) return;
    clearInterval(timer);
    wait.hidden = true;
    button.hidden = false;
  }, 250);
}
